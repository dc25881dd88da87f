import protobuf from 'protobufjs/light.js';

/** A field that is carried along as it is, unread. */
const unread = (id: number) => ({ id, rule: 'repeated', type: 'bytes' });

/**
 * ONNX's protocol buffers (onnx/onnx.proto in the ONNX specification, IR version 8): what our export writes, and what a
 * network from elsewhere must keep when it is read, added to and written again. Field numbers are the specification's.
 */
const schema = {
  nested: {
    Model: {
      fields: {
        irVersion: { id: 1, type: 'int64' },
        producerName: { id: 2, type: 'string' },
        producerVersion: { id: 3, type: 'string' },
        graph: { id: 7, type: 'Graph' },
        opsetImport: { id: 8, rule: 'repeated', type: 'OperatorSetId' },
        metadataProps: { id: 14, rule: 'repeated', type: 'StringStringEntry' },
        functions: unread(25),
      },
    },
    StringStringEntry: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'string' } } },
    OperatorSetId: { fields: { domain: { id: 1, type: 'string' }, version: { id: 2, type: 'int64' } } },
    Graph: {
      fields: {
        node: { id: 1, rule: 'repeated', type: 'Node' },
        name: { id: 2, type: 'string' },
        initializer: { id: 5, rule: 'repeated', type: 'Tensor' },
        input: { id: 11, rule: 'repeated', type: 'ValueInfo' },
        output: { id: 12, rule: 'repeated', type: 'ValueInfo' },
        valueInfo: { id: 13, rule: 'repeated', type: 'ValueInfo' },
        quantizationAnnotation: unread(14),
        sparseInitializer: unread(15),
      },
    },
    Node: {
      fields: {
        input: { id: 1, rule: 'repeated', type: 'string' },
        output: { id: 2, rule: 'repeated', type: 'string' },
        name: { id: 3, type: 'string' },
        opType: { id: 4, type: 'string' },
        attribute: { id: 5, rule: 'repeated', type: 'Attribute' },
        domain: { id: 7, type: 'string' },
        overload: { id: 8, type: 'string' },
      },
    },
    Attribute: {
      fields: {
        name: { id: 1, type: 'string' },
        f: { id: 2, type: 'float' },
        i: { id: 3, type: 'int64' },
        s: { id: 4, type: 'bytes' },
        t: { id: 5, type: 'Tensor' },
        g: { id: 6, type: 'Graph' },
        floats: { id: 7, rule: 'repeated', type: 'float' },
        ints: { id: 8, rule: 'repeated', type: 'int64' },
        strings: unread(9),
        tensors: unread(10),
        graphs: { id: 11, rule: 'repeated', type: 'Graph' },
        type: { id: 20, type: 'int32' },
        refAttrName: { id: 21, type: 'string' },
        sparseTensor: unread(22),
      },
    },
    Tensor: {
      fields: {
        dims: { id: 1, rule: 'repeated', type: 'int64' },
        dataType: { id: 2, type: 'int32' },
        floatData: { id: 4, rule: 'repeated', type: 'float' },
        int32Data: { id: 5, rule: 'repeated', type: 'int32' },
        stringData: unread(6),
        int64Data: { id: 7, rule: 'repeated', type: 'int64' },
        name: { id: 8, type: 'string' },
        rawData: { id: 9, type: 'bytes' },
        doubleData: { id: 10, rule: 'repeated', type: 'double' },
        uint64Data: { id: 11, rule: 'repeated', type: 'uint64' },
        externalData: { id: 13, rule: 'repeated', type: 'StringStringEntry' },
        dataLocation: { id: 14, type: 'int32' },
      },
    },
    ValueInfo: { fields: { name: { id: 1, type: 'string' }, type: { id: 2, type: 'Type' } } },
    Type: { fields: { tensorType: { id: 1, type: 'TensorType' } } },
    TensorType: { fields: { elemType: { id: 1, type: 'int32' }, shape: { id: 2, type: 'Shape' } } },
    Shape: { fields: { dim: { id: 1, rule: 'repeated', type: 'Dimension' } } },
    Dimension: { fields: { dimValue: { id: 1, type: 'int64' }, dimParam: { id: 2, type: 'string' } } },
  },
};

const Model = protobuf.Root.fromJSON(schema).lookupType('Model');

/** Under which key of its metadata a file says which layer's output its `activations` are. */
export const TARGET_LAYER_KEY = 'mamori.targetLayer';

/** TensorProto.DataType */
export const FLOAT = 1;
export const INT64 = 7;
export const FLOAT16 = 10;
/** AttributeProto.AttributeType */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, ints: 7 } as const;

export interface TensorProto {
  dims: number[];
  dataType: number;
  name?: string;
  /** Other exporters may keep their values here, one by one, in place of `rawData`. */
  floatData?: number[];
  int32Data?: number[];
  int64Data?: number[];
  doubleData?: number[];
  /** Little-endian. */
  rawData: Uint8Array;
  /** Where the values lie, when they lie in another file. */
  externalData?: { key: string; value: string }[];
}

export interface AttributeProto {
  name: string;
  f?: number;
  i?: number;
  /** UTF-8. */
  s?: Uint8Array;
  t?: TensorProto;
  /** A graph inside the node, as of If and Loop. */
  g?: GraphProto;
  graphs?: GraphProto[];
  ints?: number[];
  type: number;
}

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
  /** Empty or left out: ONNX's own operators. */
  domain?: string;
}

export interface ValueInfoProto {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } } };
}

export interface ModelProto {
  irVersion: number;
  producerName: string;
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
  graph: GraphProto;
}

export interface GraphProto {
  name: string;
  node: NodeProto[];
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  /** What exporters noted of the shapes in between. */
  valueInfo?: ValueInfoProto[];
}

/** A model that came from `decodeModel` keeps what was not changed in it. */
export function encodeModel(model: ModelProto): Uint8Array {
  return Model.encode(Model.fromObject(model)).finish();
}

/** @throws RangeError, Error when the bytes are cut short or no such message */
export function decodeModel(bytes: Uint8Array): Partial<ModelProto> {
  // The plain prototype's fields are the message's; those that were not sent are null or empty.
  return Model.decode(bytes) as unknown as Partial<ModelProto>;
}
