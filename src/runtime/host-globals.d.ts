/**
 * All that the host-free code (base, protocol, runtime) may use of a JavaScript host beside the
 * language itself. Everything else does not type-check there; what a node needs from outside comes
 * through runtime/host.ts. Keep this list short: it is what a host must offer.
 * WebAssembly is in host-wasm.d.ts, because Node's own types lack it.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
