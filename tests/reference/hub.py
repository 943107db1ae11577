"""KerasHub's backbones: what stands in their files, their totals, and per layer class, output shape and parameters;
for the smallest of each class also the multiply-accumulates of one forward pass, counted in TensorFlow's graph.

Needs keras-hub 0.32 beside the versions in requirements.txt.
"""

import math

import common
import keras
import tensorflow as tf

import keras_hub

SMALL = dict(vocabulary_size=100, num_layers=2, num_heads=4, hidden_dim=32, intermediate_dim=64)
GROUPED = dict(vocabulary_size=100, num_layers=2, num_query_heads=4, num_key_value_heads=2, hidden_dim=32,
               intermediate_dim=64)
BASE = dict(vocabulary_size=30522, num_layers=12, num_heads=12, hidden_dim=768, intermediate_dim=3072)
WIDTH = 768

# name: class, settings; the plain ones first, then published sizes and options that change the layers
CASES = {
    "bert": ("BertBackbone", SMALL),
    "electra": ("ElectraBackbone", dict(vocab_size=100, num_layers=2, num_heads=4, hidden_dim=32, intermediate_dim=64,
                                        embedding_dim=16)),
    "electra_unprojected": ("ElectraBackbone", dict(vocab_size=100, num_layers=1, num_heads=4, hidden_dim=32,
                                                    intermediate_dim=64, embedding_dim=32)),
    "albert": ("AlbertBackbone", dict(SMALL, num_layers=4, embedding_dim=16)),
    "albert_groups": ("AlbertBackbone", dict(SMALL, num_layers=4, num_groups=2, embedding_dim=16)),
    "roberta": ("RobertaBackbone", SMALL),
    "xlm_roberta": ("XLMRobertaBackbone", SMALL),
    "distil_bert": ("DistilBertBackbone", SMALL),
    "gpt2": ("GPT2Backbone", SMALL),
    "opt": ("OPTBackbone", SMALL),
    "gpt_neo_x": ("GPTNeoXBackbone", SMALL),
    "bloom": ("BloomBackbone", SMALL),
    "falcon": ("FalconBackbone", dict(vocabulary_size=100, num_layers=2, num_attention_heads=4, hidden_dim=32,
                                      intermediate_dim=64)),
    "llama": ("LlamaBackbone", GROUPED),
    "llama3": ("Llama3Backbone", GROUPED),
    "mistral": ("MistralBackbone", GROUPED),
    "mistral_head_dim": ("MistralBackbone", dict(GROUPED, head_dim=16)),
    "qwen": ("QwenBackbone", GROUPED),
    "qwen_untied": ("QwenBackbone", dict(GROUPED, tie_word_embeddings=False)),
    "qwen3": ("Qwen3Backbone", dict(GROUPED, head_dim=16)),
    "phi3": ("Phi3Backbone", GROUPED),
    "gemma": ("GemmaBackbone", dict(GROUPED, head_dim=16)),
    "gemma2": ("GemmaBackbone", dict(GROUPED, head_dim=16, use_post_ffw_norm=True, use_post_attention_norm=True,
                                     attention_logit_soft_cap=50, final_logit_soft_cap=30,
                                     use_sliding_window_attention=True)),
    "gemma3": ("Gemma3Backbone", dict(GROUPED, head_dim=16, image_size=32)),
    "gemma3_norms": ("Gemma3Backbone", dict(GROUPED, head_dim=16, image_size=32, use_query_key_norm=False,
                                            use_post_ffw_norm=True, use_post_attention_norm=True)),
    "bart": ("BartBackbone", SMALL),
    "bert_base_uncased": ("BertBackbone", BASE),
    "bert_large_uncased": ("BertBackbone", dict(vocabulary_size=30522, num_layers=24, num_heads=16, hidden_dim=1024,
                                                intermediate_dim=4096)),
    "roberta_base": ("RobertaBackbone", dict(BASE, vocabulary_size=50265)),
    "distil_bert_base": ("DistilBertBackbone", dict(BASE, num_layers=6)),
    "gpt2_base": ("GPT2Backbone", dict(BASE, vocabulary_size=50257)),
    "opt_125m": ("OPTBackbone", dict(BASE, vocabulary_size=50272)),
    "albert_base": ("AlbertBackbone", dict(BASE, vocabulary_size=30000, embedding_dim=128)),
}
STEPS = 16


def macs(model):
    """Of the products in the graph of one sample of 16 steps."""
    names = [name for name in model.input]
    spec = {name: tf.TensorSpec([1, STEPS], tf.int32) for name in names}
    graph = tf.function(lambda x: model(x, training=False)).get_concrete_function(spec).graph
    total = 0
    for op in graph.get_operations():
        if op.type in ("MatMul", "BatchMatMulV2"):
            a, out = op.inputs[0].shape, op.outputs[0].shape
            turned = op.get_attr("transpose_a" if op.type == "MatMul" else "adj_x")
            total += math.prod(out) * a[-2 if turned else -1]
        elif op.type == "Einsum":
            (left, right), out = (part.split(",") for part in op.get_attr("equation").decode().split("->"))
            if not set(left) & set(right) - set(*out):
                continue  # a table of angles: nothing is summed
            sizes = {}
            for letters, tensor in zip((left, right), op.inputs):
                sizes.update(zip(letters, tensor.shape))
            total += math.prod(sizes.values())
    return total


def produce():
    rows = []
    for name, (kind, settings) in CASES.items():
        common.fresh()
        model = getattr(keras_hub.models, kind)(**settings)
        rows.append({
            "name": name,
            "model": common.plain(keras.saving.serialize_keras_object(model)),
            "total": model.count_params(),
            "trainable": common.count(model.trainable_variables),
            "macs": macs(model) if settings["hidden_dim"] < WIDTH else None,
            "layers": [[layer.name, type(layer).__name__, layer.output.shape, layer.count_params(),
                        [list(v.shape) for v in layer.weights]] for layer in model.layers],
        })
    about = ("KerasHub 0.32's backbones; a layer is [name, class, output shape, parameters, shapes of its weights]; macs: "
             "multiply-accumulates of the products of one sample of 16 steps, null where not counted")
    return [common.Table(common.HERE / "hub.json", about, rows)]


if __name__ == "__main__":
    common.main(__doc__, produce)
