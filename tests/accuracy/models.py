#!/usr/bin/env python3
"""Writes tests/accuracy/models/*.yaml, the published architectures that rows.csv names, and parameters.csv, the
published counts that test_models checks. Needs the standard library alone; what it writes is committed."""

import os

import convnets
import diffusion
import mlps
import searched_nets
import segmentation
import transformer_xl
import transformers

FAMILIES = [convnets, diffusion, mlps, searched_nets, segmentation, transformer_xl, transformers]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    rows = []
    for family in FAMILIES:
        for net in family.networks():
            net.write(os.path.join(here, "models"))
            if net.parameters:
                rows.append(f"{net.name},{net.parameters},\"{net.source}\"\n")
    with open(os.path.join(here, "parameters.csv"), "w") as file:
        file.write("model,trainable_parameters,source\n")
        file.writelines(sorted(rows))


if __name__ == "__main__":
    main()
