"""What an independent reader, highdicom with pydicom, makes of reports: one JSON object per file on stdout.

    PYTHONPATH=.cache/highdicom /usr/bin/python3 test/validators/readReports.py FILE...
"""

import json
import sys

import highdicom as hd
import pydicom

ALGORITHM = {'111001': 'name', '111003': 'version', '122405': 'manufacturer', '111002': 'parameters'}


def code_of(code):
    return f'{code.value} {code.scheme_designator}'


def algorithm_of(group):
    """TID 4019 of a measurement group; highdicom has no property for it."""
    found = {'parameters': []}
    for item in group[0].ContentSequence:
        key = ALGORITHM.get(item.ConceptNameCodeSequence[0].CodeValue)
        if key == 'parameters':
            found[key].append(item.TextValue)
        elif key is not None:
            found[key] = item.TextValue
    return found


def common(group):
    return {
        'name': group.tracking_identifier,
        'uid': group.tracking_uid,
        'finding': code_of(group.finding_type),
        'sites': [
            [code_of(site.value), site.laterality and code_of(site.laterality)] for site in group.finding_sites
        ],
        'numbers': [[code_of(one.name), one.value, one.unit.value] for one in group.get_measurements()],
        'evaluations': [[code_of(one.name), code_of(one.value)] for one in group.get_qualitative_evaluations()],
        'algorithm': algorithm_of(group),
    }


def result_report(path):
    document = hd.sr.srread(path)
    content = document.content
    answers = [
        {**common(group), 'images': [str(image.referenced_sop_instance_uid) for image in group.source_images]}
        for group in content.get_image_measurement_groups()
    ]
    regions = []
    for group in content.get_planar_roi_measurement_groups():
        region = group.roi
        [image] = region.ContentSequence
        regions.append({
            **common(group),
            'points': [[float(x), float(y)] for x, y in region.value],
            'image': str(image.referenced_sop_instance_uid),
        })
    observer = {
        item.ConceptNameCodeSequence[0].CodeValue: item
        for item in content[0].ContentSequence
        if item.RelationshipType == 'HAS OBS CONTEXT'
    }
    return document, {
        'answers': answers,
        'regions': regions,
        'observer': {'name': observer['121013'].TextValue, 'uid': str(observer['121012'].UID)},
    }


def walk(item):
    yield item
    for child in item.get('ContentSequence', []):
        yield from walk(child)


def name_of(item):
    names = item.get('ConceptNameCodeSequence')
    return names[0].CodeValue if names else None


def pointed_to(root, position):
    """The item at a Referenced Content Item Identifier, which counts from 1 at the root."""
    item = root
    for place in position[1:]:
        item = item.ContentSequence[place - 1]
    return item


def cad_report(path):
    """highdicom reads no Mammography CAD SR: pydicom reads it, item by item."""
    document = pydicom.dcmread(path)
    marks = []
    for finding in (item for item in walk(document) if name_of(item) == '111059'):
        children = {name_of(item): item for item in finding.ContentSequence}
        outline = children['111041']
        image = pointed_to(document, outline.ContentSequence[0].ReferencedContentItemIdentifier)
        points = [float(value) for value in outline.GraphicData]
        marks.append({
            'finding': finding.ConceptCodeSequence[0].CodeValue,
            'intent': children['111056'].ConceptCodeSequence[0].CodeValue,
            'numbers': [item.MeasuredValueSequence[0].NumericValue for item in finding.ContentSequence
                        if item.get('ValueType') == 'NUM'],
            'points': [points[at:at + 2] for at in range(0, len(points), 2)],
            'image': str(image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID),
        })
    summary = next(item for item in walk(document) if name_of(item) == '111017')
    algorithm = {name_of(item): item.TextValue for item in summary.ContentSequence if 'TextValue' in item}
    return document, {
        'marks': marks,
        'summary': summary.ConceptCodeSequence[0].CodeValue,
        'algorithm': {'name': algorithm['111001'], 'manufacturer': algorithm['122405']},
    }


def read(path):
    is_cad = pydicom.dcmread(path, stop_before_pixels=True).SOPClassUID == '1.2.840.10008.5.1.4.1.1.88.50'
    document, said = cad_report(path) if is_cad else result_report(path)
    return {
        **said,
        'patient': str(document.PatientName),
        'title': document.SeriesDescription,
        'timezone': document.TimezoneOffsetFromUTC,
        'evidence': [
            str(instance.ReferencedSOPInstanceUID)
            for study in document.CurrentRequestedProcedureEvidenceSequence
            for series in study.ReferencedSeriesSequence
            for instance in series.ReferencedSOPSequence
        ],
    }


for file in sys.argv[1:]:
    print(json.dumps(read(file)))
