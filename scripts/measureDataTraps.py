#!/usr/bin/env python3
"""What gives the label away in a labelled set of mammograms besides the breast: the figures in docs/model-training.md.

    /usr/bin/python3 scripts/measureDataTraps.py ../shared/data/ddsm-227

Needs numpy and OpenCV (Debian: python3-numpy, python3-opencv). DIR holds labels.csv, original/LABEL/FILE and
clahe/LABEL/FILE. Every figure is the AUC of a ridge logistic regression on a few plain measures, tested on cases
that it was not fitted on (five parts by case).
"""
import csv
import sys
import zlib

import cv2
import numpy as np

PARTS = 5
BORDER = 16
AIR = 8


def auc(truth, score):
    order = np.argsort(score, kind='stable')
    ranks = np.empty(len(score))
    ranks[order] = np.arange(1, len(score) + 1)
    for value in np.unique(score):
        tied = score == value
        ranks[tied] = ranks[tied].mean()
    positives = truth.sum()
    return (ranks[truth == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))


def fitted(x, y, ridge=1.0, steps=30):
    """Newton's method; the last column of x is the intercept and is not penalised."""
    weights = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 1e-6
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + penalty * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def by_case(features, labels, parts):
    scores = np.zeros(len(labels))
    for part in range(PARTS):
        test = parts == part
        mean, deviation = features[~test].mean(0), features[~test].std(0) + 1e-9
        scaled = np.c_[(features - mean) / deviation, np.ones(len(labels))]
        scores[test] = scaled[test] @ fitted(scaled[~test], labels[~test])
    return auc(labels, scores)


def chest_wall_left(image):
    """Turns: the side with the brightest border goes to the left. Number of quarter turns."""
    sides = [image[:, :BORDER], image[:BORDER], image[:, -BORDER:], image[-BORDER:]]
    return int(np.argmax([side.mean() for side in sides]))


def statistics(image):
    values = image.astype(np.float32)
    across, down = np.abs(np.diff(values, axis=1)), np.abs(np.diff(values, axis=0))
    gradients = [across.mean(), down.mean(), across.mean() / (down.mean() + 1e-6), np.median(across), np.median(down),
                 (across == 0).mean(), (down == 0).mean()]
    return np.r_[histogram(values), values.mean(), values.std(), gradients]


def histogram(values):
    return np.histogram(values, 32, (0, 256))[0] / max(1, values.size)


def main(folder):
    rows = list(csv.DictReader(open(f'{folder}/labels.csv', encoding='utf-8')))
    labels = np.array([row['label'] == 'malignant' for row in rows]).astype(float)
    parts = np.array([zlib.crc32(row['case'].encode()) % PARTS for row in rows])
    own = cv2.createCLAHE(4, (8, 8))
    measures = {name: [] for name in (
        'orientation rule on the files', 'statistics of original/', 'statistics of clahe/',
        'statistics of our CLAHE of original/', 'background of original/', 'background of clahe/', 'site alone')}
    sites = sorted({row['site'] for row in rows})
    for row in rows:
        path = f"{row['label']}/{row['file']}"
        original = cv2.imread(f'{folder}/original/{path}', cv2.IMREAD_GRAYSCALE)
        treated = cv2.imread(f'{folder}/clahe/{path}', cv2.IMREAD_GRAYSCALE)
        turns = chest_wall_left(original)
        air = original <= AIR
        half = original.shape[0] // 2
        sideways = abs(original[:, :half].mean() - original[:, -half:].mean())
        upright = abs(original[:half].mean() - original[-half:].mean())
        measures['orientation rule on the files'].append([upright - sideways])
        measures['statistics of original/'].append(statistics(np.rot90(original, turns)))
        measures['statistics of clahe/'].append(statistics(np.rot90(treated, turns)))
        measures['statistics of our CLAHE of original/'].append(statistics(np.rot90(own.apply(original), turns)))
        measures['background of original/'].append(histogram(original[air]))
        measures['background of clahe/'].append(histogram(treated[air]))
        measures['site alone'].append([row['site'] == site for site in sites])
    print(f'{len(rows)} images, {len({row["case"] for row in rows})} cases, AUC by image')
    for name, features in measures.items():
        print(f'{by_case(np.array(features, float), labels, parts):.3f}  {name}')


main(sys.argv[1])
