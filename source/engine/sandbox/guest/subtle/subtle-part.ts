/** The web's cryptography: loaded when a guest first touches it. */
export { CryptoKey } from './crypto-key.ts';
export { subtle, SubtleCrypto } from './subtle.ts';
