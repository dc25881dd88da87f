import protobuf from 'protobufjs/light.js';

/**
 * The part of ONNX's protocol buffers that our export writes and our check reads (onnx/onnx.proto in the ONNX
 * specification, IR version 8). Field numbers are the specification's; other fields are carried along unread.
 */
const schema = {
  nested: {
    Model: {
      fields: {
        irVersion: { id: 1, type: 'int64' },
        producerName: { id: 2, type: 'string' },
        graph: { id: 7, type: 'Graph' },
        opsetImport: { id: 8, rule: 'repeated', type: 'OperatorSetId' },
        metadataProps: { id: 14, rule: 'repeated', type: 'StringStringEntry' },
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
      },
    },
    Node: {
      fields: {
        input: { id: 1, rule: 'repeated', type: 'string' },
        output: { id: 2, rule: 'repeated', type: 'string' },
        name: { id: 3, type: 'string' },
        opType: { id: 4, type: 'string' },
        attribute: { id: 5, rule: 'repeated', type: 'Attribute' },
      },
    },
    Attribute: {
      fields: {
        name: { id: 1, type: 'string' },
        f: { id: 2, type: 'float' },
        i: { id: 3, type: 'int64' },
        s: { id: 4, type: 'bytes' },
        t: { id: 5, type: 'Tensor' },
        ints: { id: 8, rule: 'repeated', type: 'int64' },
        type: { id: 20, type: 'int32' },
      },
    },
    Tensor: {
      fields: {
        dims: { id: 1, rule: 'repeated', type: 'int64' },
        dataType: { id: 2, type: 'int32' },
        floatData: { id: 4, rule: 'repeated', type: 'float' },
        name: { id: 8, type: 'string' },
        rawData: { id: 9, type: 'bytes' },
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
/** AttributeProto.AttributeType */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, ints: 7 } as const;

export interface TensorProto {
  dims: number[];
  dataType: number;
  name?: string;
  /** Other exporters may keep their values here, one by one, in place of `rawData`. */
  floatData?: number[];
  /** Little-endian. */
  rawData: Uint8Array;
}

export interface AttributeProto {
  name: string;
  f?: number;
  i?: number;
  /** UTF-8. */
  s?: Uint8Array;
  t?: TensorProto;
  ints?: number[];
  type: number;
}

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: AttributeProto[];
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
  graph: {
    name: string;
    node: NodeProto[];
    initializer: TensorProto[];
    input: ValueInfoProto[];
    output: ValueInfoProto[];
  };
}

export function encodeModel(model: ModelProto): Uint8Array {
  return Model.encode(Model.fromObject(model)).finish();
}

/** @throws RangeError, Error when the bytes are cut short or no such message */
export function decodeModel(bytes: Uint8Array): Partial<ModelProto> {
  // The plain prototype's fields are the message's; those that were not sent are null or empty.
  return Model.decode(bytes) as unknown as Partial<ModelProto>;
}
