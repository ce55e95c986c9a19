/** What of the web's minimum common API is too large for the prelude: loaded when a guest first touches one of these names. */
export { Blob, File } from './blob.ts';
export { CompressionStream, DecompressionStream } from './compression-streams.ts';
export { fetch } from './fetch.ts';
export { FormData } from './form-data.ts';
export { Headers } from './headers.ts';
export { MessageChannel, MessageEvent, MessagePort } from './messaging.ts';
export { Request } from './request.ts';
export { Response } from './response.ts';
export { ByobRequest as ReadableStreamBYOBRequest } from './streams/byob-request.ts';
export { ReadableByteStreamController } from './streams/byte-controller.ts';
export { ReadableStreamDefaultController } from './streams/default-controller.ts';
export { ReadableStream, ReadableStreamBYOBReader, ReadableStreamDefaultReader } from './streams/readable-stream.ts';
export { ByteLengthQueuingStrategy, CountQueuingStrategy } from './streams/strategies.ts';
export { TransformStream, TransformStreamDefaultController } from './streams/transform-stream.ts';
export { WritableStream, WritableStreamDefaultController, WritableStreamDefaultWriter } from './streams/writable-stream.ts';
export { URLPattern } from './url-pattern.ts';
export { TextDecoderStream, TextEncoderStream } from './text-streams.ts';
