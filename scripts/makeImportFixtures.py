#!/usr/bin/env python3
"""
Exports real networks with random weights, small inputs and two or fewer answers, for test/training/import:
torchvision's ResNet-18, DenseNet-121, EfficientNet-B0 and MobileNet-V2 and V3 from PyTorch, and a Keras network.

    python3 scripts/makeImportFixtures.py FOLDER [NAME ...]

Needs torch and torchvision for the first (on Debian python3-torch and python3-torchvision, 40 MB; or pip install torch
torchvision), tensorflow and tf2onnx for the last; what is missing is named and left out. PyTorch from 2.6 on exports
some by its newer exporter, which also needs onnx and onnxscript. Beside NAME.onnx lies NAME.json: how it is to be
imported, an input of noise and the answer that PyTorch or Keras gives to it.
"""
import importlib.util
import inspect
import json
import pathlib
import sys

ROWS, COLUMNS = 64, 48


def torch_network(name):
    import torch
    import torchvision

    torch.manual_seed(1)
    make = {
        "resnet18": (torchvision.models.resnet18, 1),
        "densenet121": (torchvision.models.densenet121, 2),
        "efficientnet_b0": (torchvision.models.efficientnet_b0, 1),
        "mobilenet_v2": (torchvision.models.mobilenet_v2, 2),
        "mobilenet_v3_small": (torchvision.models.mobilenet_v3_small, 1),
    }
    build, classes = make[name]
    network = build(weights=None, num_classes=classes)
    torch.set_num_threads(1)
    # Statistics as after a training: with those of a fresh network the deeper layers answer next to nothing.
    network.train()
    with torch.no_grad():
        for _ in range(4):
            network(torch.rand(4, 3, ROWS, COLUMNS))
    return network.eval(), classes


def export_torch(name, folder, way):
    import torch

    network, classes = torch_network(name)
    softmax = classes == 2
    if softmax:
        network = torch.nn.Sequential(network, torch.nn.Softmax(dim=1)).eval()
    picture = torch.rand(1, 3, ROWS, COLUMNS)
    path = str(folder / f"{name}.onnx")
    told = "dynamo" in inspect.signature(torch.onnx.export).parameters
    older = {"dynamo": False} if told else {}
    if way == "dynamo" and told and importlib.util.find_spec("onnxscript"):
        free = ({0: torch.export.Dim("batch")},)
        torch.onnx.export(
            network, (picture,), path, dynamo=True, external_data=False, dynamic_shapes=free, verbose=False
        )
    elif way == "fixed":
        torch.onnx.export(network, (picture,), path, opset_version=16, **older)
    else:
        free = {"picture": {0: "batch"}, "answer": {0: "batch"}}
        torch.onnx.export(
            network, (picture,), path, opset_version=13,
            input_names=["picture"], output_names=["answer"], dynamic_axes=free, **older,
        )
    with torch.no_grad():
        answer = network(picture)
    write_facts(folder, name, "NCHW", "softmax" if softmax else "logits", picture.numpy(), answer.numpy())


def export_keras(name, folder):
    import numpy
    import tensorflow
    import tf2onnx

    tensorflow.keras.utils.set_random_seed(1)
    layers = tensorflow.keras.layers
    network = tensorflow.keras.Sequential([
        layers.Input((ROWS, COLUMNS, 1)),
        layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.SeparableConv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(16, 3, padding="same", activation="swish"),
        layers.GlobalAveragePooling2D(),
        layers.Dropout(0.3),
        layers.Dense(8, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    signature = (tensorflow.TensorSpec((None, ROWS, COLUMNS, 1), tensorflow.float32, name="picture"),)
    call = tensorflow.function(lambda picture: network(picture, training=False), input_signature=signature)
    tf2onnx.convert.from_function(call, input_signature=signature, opset=15, output_path=str(folder / f"{name}.onnx"))
    picture = numpy.random.default_rng(1).random((1, ROWS, COLUMNS, 1), dtype=numpy.float32)
    answer = network(picture, training=False).numpy()
    write_facts(folder, name, "NHWC", "sigmoid", picture, answer)


def write_facts(folder, name, layout, meaning, picture, answer):
    facts = {
        "layout": layout,
        "meaning": meaning,
        "picture": picture.ravel().tolist(),
        "answer": answer.ravel().tolist(),
    }
    (folder / f"{name}.json").write_text(json.dumps(facts))


EXPORTS = {
    "resnet18": lambda folder: export_torch("resnet18", folder, "dynamo"),
    "densenet121": lambda folder: export_torch("densenet121", folder, "free"),
    "efficientnet_b0": lambda folder: export_torch("efficientnet_b0", folder, "fixed"),
    "mobilenet_v2": lambda folder: export_torch("mobilenet_v2", folder, "free"),
    "mobilenet_v3_small": lambda folder: export_torch("mobilenet_v3_small", folder, "dynamo"),
    "keras": lambda folder: export_keras("keras", folder),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or EXPORTS:
        try:
            EXPORTS[name](folder)
            print(f"{name}: exported")
        except ImportError as error:
            print(f"{name}: left out, {error}")


main()
