"""What the names of the sources stand for here. Every assumption about a row is in one of these tables."""

DEVICES = {
    "NVIDIA A100-SXM4-40GB": "nvidia-a100-sxm4-40gb",
    "NVIDIA A100-SXM4-80GB": "nvidia-a100-sxm4-80gb",
    "NVIDIA A100-PCIE-40GB": "nvidia-a100-pcie-40gb",
    "NVIDIA A100-PCIE-80GB": "nvidia-a100-pcie-80gb",
    "NVIDIA H100-SXM5-80GB": "nvidia-h100-sxm5-80gb",
    "NVIDIA H200-SXM-141GB": "nvidia-h200-sxm-141gb",
    "NVIDIA V100-SXM2-16GB": "nvidia-v100-sxm2-16gb",
    "NVIDIA V100-SXM2-32GB": "nvidia-v100-sxm2-32gb",
    "NVIDIA K80 (one GK210 die)": "nvidia-k80-gk210",
    "NVIDIA GTX 1080 Ti": "nvidia-gtx-1080-ti",
    "NVIDIA RTX 2080 Ti": "nvidia-rtx-2080-ti",
    "NVIDIA RTX 2080 8GB": "nvidia-rtx-2080",
    "NVIDIA RTX 3080 10GB": "nvidia-rtx-3080-10gb",
    "NVIDIA RTX 3090": "nvidia-rtx-3090",
    "NVIDIA RTX 4090": "nvidia-rtx-4090",
    "NVIDIA RTX A6000": "nvidia-rtx-a6000",
    "NVIDIA Quadro RTX 8000": "nvidia-quadro-rtx-8000",
    "NVIDIA Quadro RTX 6000": "nvidia-quadro-rtx-6000",
    "NVIDIA Quadro RTX 5000": "nvidia-quadro-rtx-5000",
    "NVIDIA Titan RTX": "nvidia-titan-rtx",
    "NVIDIA Titan X (Pascal)": "nvidia-titan-x-pascal",
    "NVIDIA RTX 3070 (by 5888 cores / 46 SM)": "nvidia-rtx-3070",
    "NVIDIA RTX 3060 12GB": "nvidia-rtx-3060-12gb",
    "NVIDIA RTX 4060 8GB": "nvidia-rtx-4060",
    "Apple M1 Max 32-core GPU (unified memory)": "apple-m1-max-gpu32",
    "Apple M1 Pro 16-core GPU (unified memory)": "apple-m1-pro-gpu16",
    "Intel Core i7-8700 (CPU)": "intel-core-i7-8700k",
    "AMD Radeon VII / Pro VII (Vega20 16GB)": "amd-radeon-vii",
}

# A name that leaves the variant open, and the one taken: of a V100 the first that was sold, of an A100 that of the
# clouds. Max-Q cards are the laptop ones. A DGX-2's SXM3 card is the SXM2 one with a higher power limit.
ASSUMED_DEVICES = {
    "NVIDIA V100 (variant unspecified)": "nvidia-v100-sxm2-16gb",
    "NVIDIA V100-SXM2/PCIE-32GB": "nvidia-v100-sxm2-32gb",
    "NVIDIA V100-SXM3-32GB": "nvidia-v100-sxm2-32gb",
    "NVIDIA V100-SXM3-32GB (DGX-2H)": "nvidia-v100-sxm2-32gb",
    "NVIDIA A100 (variant unspecified)": "nvidia-a100-sxm4-80gb",
    "NVIDIA A100-SXM4-80GB (inferred: 80 GB ceiling)": "nvidia-a100-sxm4-80gb",
    "NVIDIA RTX 2070 Max-Q": "nvidia-rtx-2070-laptop",
    "NVIDIA RTX 2080 Max-Q": "nvidia-rtx-2080-laptop",
    "NVIDIA RTX 2080 Super Max-Q": "nvidia-rtx-2080-laptop",
}

PRECISIONS = {
    "fp32": "float32",
    "tf32": "tf32",
    "fp32-or-tf32": "tf32",
    "amp-fp16": "mixed_float16",
    "fp16/amp": "mixed_float16",
    "amp-bf16": "mixed_bfloat16",
    "bf16": "bfloat16",
    "fp16": "float16",
}

# Scripts whose mixed precision is not torch.autocast: Apex's norms, and softmax and dropout of their own, take and give
# half (Transformer-XL: its level O2 by default); only the optimizer knows float32. Run as float16. Source, framework,
# pattern of the model.
HALF_THROUGHOUT = [
    ("NVIDIA/DeepLearningExamples", "torch", r"BERT|Transformer-XL"),
    ("lambdal/deeplearning-benchmark", "torch", r"BERT|Transformer-XL"),
]

# The benchmarks' own configuration, where the figures' file refers to it: precision and optimizer (milabench
# config/base.yaml, benchmarks/torchvision and huggingface; its timm runs are timm's default, SGD with momentum).
CONFIGURED = {
    "mila-iqia/milabench": {
        "bert-fp32": ("fp32", "Adam"),
        "convnext_large-tf32": ("tf32", "SGD"),
        "resnet50": ("amp-fp16", "SGD"),
        "resnet152": ("amp-bf16", "SGDM"),
    },
    "lambdal/deeplearning-benchmark": {
        "BERT-Base": (None, "BertAdam"),
        "BERT-Large": (None, "BertAdam"),
        "ResNet-50 v1.5": (None, "SGD+momentum"),
        "SSD300 ResNet-50": (None, "SGD+momentum"),
        "Transformer-XL base": (None, "LAMB"),
        "Transformer-XL large": (None, "Adam"),
    },
}

# Of a file that is partly synthetic (it has cells above the card's memory): the devices whose series have no such cell.
CONSISTENT = ("NVIDIA V100 (variant unspecified)", "NVIDIA RTX 3090")

# Whose loader bins pre-training sequences by their length (NVIDIA/LDDL), so that most steps are shorter than stated:
# float32 rows of 512 tokens on a V100 would need 20 TFLOP/s of its 15.7.
BINNED = "PyTorch/LanguageModeling/BERT/"

# Whose scripts run Transformer-XL without its adaptive softmax (pytorch/scripts/config_v1: no --adaptive).
FULL_SOFTMAX = ("lambdal/deeplearning-benchmark",)

# Pattern of the source's name, the model for tf_cnn_benchmarks, the model for all others; None: there is none here.
# app: the network of Keras Applications.
FAMILIES = [
    (r"AlexNet(-OWT)?", "alexnet-tf", "alexnet-torch"),
    (r"VGG11", "vgg11-tf", "vgg11-torch"),
    (r"VGG13", "vgg13-tf", "vgg13-torch"),
    (r"VGG16", "vgg16-tf", "vgg16-torch"),
    (r"VGG19", "vgg19-tf", "vgg19-torch"),
    (r"ResNet-50 v1 \(Keras\)", "app:ResNet50", "app:ResNet50"),
    (r"MobileNetV2 \(Keras\)", "app:MobileNetV2", "app:MobileNetV2"),
    (r"ResNet-50( v1)?", "resnet50-v1-tf", "app:ResNet50"),
    (r"ResNet-50 v1\.5", "resnet50-v1.5", "resnet50-v1.5"),
    (r"ResNet-101", "resnet101-v1-tf", "resnet101-v1.5"),
    (r"ResNet-18", "resnet18-torch", "resnet18-torch"),
    (r"ResNet-34", "resnet34-torch", "resnet34-torch"),
    (r"ResNeXt101-32x4d", "resnext101-32x4d", "resnext101-32x4d"),
    (r"SE-ResNeXt101-32x4d", "se-resnext101-32x4d", "se-resnext101-32x4d"),
    (r"InceptionV4", "inceptionv4-tf", "inceptionv4-tf"),
    (r"GoogLeNet", "googlenet-tf", None),
    (r"Keras CIFAR-10 CNN example", "cifar10-cnn-keras", "cifar10-cnn-keras"),
    (r"Stable Diffusion VAE image encoder", None, "sd-vae-encoder"),
    (r"EfficientNet-v2-S", None, "efficientnet_v2_s-300"),
    (r"SSD300 ResNet-50", None, "ssd300-resnet50"),
    (r"U-Net Medical", None, "unet-medical-572"),
    (r"nnU-Net 2D", None, "nnunet-2d-192x160"),
    (r"3D-UNet Medical", None, "unet3d-128"),
    (r"V-Net", None, "vnet-32"),
    (r"Transformer-XL base", None, "transformer-xl-base-SEQ"),
    (r"Transformer-XL large", None, "transformer-xl-large-SEQ"),
    (r"BART-Large", None, "bart-large-SEQ"),
    (r"ELECTRA-Base", None, "electra-base"),
    (r"BERT-Large.*|BERT_large", "bert-large", "bert-large"),
    (r"BioBERT \(BERT-Base\)|BERT-Base|BERT_base", "bert-base", "bert-base"),
    (r"DistilBERT", "distilbert-classify-SEQ", "distilbert-classify-SEQ"),
    (r"bert-fp32", None, "bert-base-masked-512"),
    (r"convnext_large-tf32", None, "convnext_large-torch"),
    (r"vgg11", None, "vgg11-torch"),
    (r"vgg13", None, "vgg13-torch"),
    (r"vgg16", None, "vgg16-torch"),
    (r"vgg19", None, "vgg19-torch"),
    (r"resnet18", None, "resnet18-torch"),
    (r"resnet34", None, "resnet34-torch"),
    (r"resnet50", None, "resnet50-v1.5"),
    (r"resnet101", None, "resnet101-v1.5"),
    (r"resnet152", None, "resnet152-v1.5"),
    (r"densenet121", None, "densenet121-torch"),
    (r"densenet169", None, "densenet169-torch"),
    (r"densenet201", None, "densenet201-torch"),
    (r"mobilenetV2", None, "mobilenetv2-torch"),
    (r"MnasNet \(torchvision\)", None, "mnasnet1_0-torch-86"),
    (r"ResNet101 \(torchvision\)", None, "resnet101-v1.5-86"),
    (r"VGG16 \(torchvision\)", None, "vgg16-torch-86"),
    (r"ConvNeXtTiny \(torchvision\)", None, "convnext_tiny-torch-86"),
    (r"RegNetX400MF \(torchvision\)", None, "regnet_x_400mf-torch-86"),
    (r"RegNetY400MF \(torchvision\)", None, "regnet_y_400mf-torch-86"),
    (r"MobileNetV3Large \(torchvision\)", None, "mobilenetv3-large-torch-86"),
    (r"gpt2_large", None, "gpt2-large-SEQ"),
    (r"gpt2_xl", None, "gpt2-xl-SEQ"),
]

# Text in a model's name that rules it out, and why.
LEFT_OUT_MODELS = [
    ("LoRA", "technique not covered"),
    ("DLRM", "architecture not published in full"),
    ("DCNv2", "architecture not published in full"),
    ("AcousticModel", "architecture not published in full"),
    ("SensorNet", "architecture not published in full"),
    ("DeepMNIST", "architecture not published in full"),
    ("efficientnet", "architecture not published in full"),
    ("inception", "architecture not published in full"),
    ("Xception", "architecture not published in full"),
]
