"""Draws the outline of a presentation state and the region of a report about the same image with OpenCV, as pydicom
reads them, and prints as JSON how many pixels each has and how far line and region's border ever are apart, in pixels.

    drawMarks.py STATE REPORT ROWS COLUMNS
"""
import json
import sys

import cv2
import numpy as np
import pydicom


def outline_of(state):
    annotation = state.GraphicAnnotationSequence[0]
    graphic = annotation.GraphicObjectSequence[0]
    assert graphic.GraphicAnnotationUnits == 'PIXEL' and graphic.GraphicType == 'POLYLINE'
    return annotation.ReferencedImageSequence[0].ReferencedSOPInstanceUID, graphic.GraphicData


def regions_in(item, within=None):
    """Of groups about a region (TID 1410); those about a whole image have its border."""
    for child in item.get('ContentSequence', []):
        if child.ValueType == 'SCOORD' and within == '1410':
            image = child.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
            yield image, child.GraphicData
        templates = child.get('ContentTemplateSequence', [])
        yield from regions_in(child, templates[0].TemplateIdentifier if templates else within)


def points(data):
    # The middle of pixel (c, r) is c + 0.5, r + 0.5; OpenCV's is c, r.
    return np.round(np.array(data, float).reshape(-1, 2) - 0.5).astype(np.int32)


state, report = (pydicom.dcmread(path) for path in sys.argv[1:3])
rows, columns = (int(number) for number in sys.argv[3:5])
image, outline = outline_of(state)
regions = [data for of, data in regions_in(report) if of == image]
assert len(regions) == 1, f'{len(regions)} regions'

line = np.zeros((rows, columns), np.uint8)
cv2.polylines(line, [points(outline)], False, 255)
area = np.zeros((rows, columns), np.uint8)
cv2.fillPoly(area, [points(regions[0])], 255)
border = area - cv2.erode(area, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
away = cv2.distanceTransform(255 - border, cv2.DIST_L2, 5)
back = cv2.distanceTransform(255 - line, cv2.DIST_L2, 5)
print(json.dumps({
    'drawn': int((line > 0).sum()),
    'area': int((area > 0).sum()),
    'farthest': float(max(away[line > 0].max(), back[border > 0].max())),
}))
