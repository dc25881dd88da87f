#!/usr/bin/python3
"""Writes test/image/fixtures/clahe-opencv.json: what OpenCV's createCLAHE makes of given images.

Needs python3-opencv (made with Debian 12's 4.6). Small images are kept whole, zlib and base64; of larger ones, which
the test makes again by the same generator, only the SHA-256 of the result (little endian) is kept.

    /usr/bin/python3 scripts/makeClaheFixtures.py
"""
import base64
import hashlib
import json
import os
import zlib

import cv2
import numpy as np


def generated(seed, rows, columns, bits):
    """The test's own generator: a 32-bit LCG (Numerical Recipes) over a diagonal ramp, background at 0."""
    state = seed
    noise = np.empty(rows * columns, np.uint32)
    for i in range(rows * columns):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        noise[i] = state >> 16
    y, x = np.mgrid[0:rows, 0:columns]
    ramp = (x * 3 + y * 5) * 65535 // (3 * columns + 5 * rows)
    value = (ramp * 3 + noise.reshape(rows, columns)) // 4
    value = np.where(x * x > y * columns, 0, value)
    return (value >> (16 - bits)).astype(np.uint8 if bits == 8 else np.uint16)


def packed(image):
    return base64.b64encode(zlib.compress(image.astype(image.dtype.newbyteorder("<")).tobytes(), 9)).decode()


def main():
    cv2.setNumThreads(1)
    random = np.random.default_rng(20240229)
    whole, hashed = [], []
    sizes = [(1, 1), (1, 9), (9, 1), (2, 3), (8, 8), (16, 24), (17, 24), (24, 17), (31, 37), (40, 29), (64, 48)]
    grids = [(1, 1), (2, 2), (8, 8), (3, 5), (5, 3), (4, 1), (7, 2)]
    clips = [0, 0.01, 0.5, 1, 1.7, 2, 3.999, 40, 1000, 1e6, 1e9, 1e12, -1]
    for i in range(90):
        rows, columns = sizes[i % len(sizes)]
        tiles = grids[(i // 2) % len(grids)]
        clip = clips[i % len(clips)]
        bits = 8 if i % 2 else 16
        top = (1 << bits) - 1
        kind = i % 4
        if kind == 0:
            image = random.integers(0, top + 1, (rows, columns))
        elif kind == 1:
            image = np.clip(random.normal(top / 3, top / 20, (rows, columns)), 0, top)
        elif kind == 2:
            image = random.integers(0, 4, (rows, columns)) * (top // 3)
        else:
            image = np.full((rows, columns), int(random.integers(0, top + 1)))
        image = image.astype(np.uint8 if bits == 8 else np.uint16)
        result = cv2.createCLAHE(clip, tiles).apply(image)
        given = dict(rows=rows, columns=columns, bits=bits, clipLimit=clip, tiles=tiles)
        whole.append(dict(given, input=packed(image), output=packed(result)))
    for seed, rows, columns, bits, clip, tiles in [
        (1, 333, 257, 16, 2, (8, 8)),
        (2, 320, 256, 16, 2, (8, 8)),
        (3, 320, 250, 16, 3.5, (8, 8)),
        (4, 200, 300, 8, 2, (8, 8)),
        (5, 199, 301, 8, 0.7, (9, 4)),
        (6, 512, 416, 16, 0, (1, 1)),
        (7, 300, 300, 16, 12, (2, 16)),
    ]:
        result = cv2.createCLAHE(clip, tiles).apply(generated(seed, rows, columns, bits))
        digest = hashlib.sha256(result.astype(result.dtype.newbyteorder("<")).tobytes()).hexdigest()
        given = dict(seed=seed, rows=rows, columns=columns, bits=bits, clipLimit=clip, tiles=tiles)
        hashed.append(dict(given, sha256=digest))

    path = os.path.join(os.path.dirname(__file__), "..", "test", "image", "fixtures", "clahe-opencv.json")
    with open(path, "w") as file:
        file.write('{\n  "opencv": "%s",\n' % cv2.__version__)
        for name, cases, end in (("whole", whole, ","), ("hashed", hashed, "")):
            lines = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
            file.write('  "%s": [\n%s\n  ]%s\n' % (name, lines, end))
        file.write("}\n")


main()
