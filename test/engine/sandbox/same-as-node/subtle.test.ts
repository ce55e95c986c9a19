import { describe } from 'vitest';

import { sameAsNode } from './both.ts';

/** Keys made for these tests alone. */
const KEYS = `
const EC = {"kty":"EC","x":"I1XQ1WJgvYQTYrKMFSjlwsIKawnjWh47tUVRV71j568","y":"05bfUEz9vohYBZo05deOSIsvccl307PvJYVFy_btJYw","crv":"P-256","d":"ZTgJ5HJo_ZbLxc8LX7R7LHkoM0MbGP6NVdSRvETQt1A"};
const ED = {"kty":"OKP","crv":"Ed25519","x":"NYwipIPU6bLLskjDThtj0aVvYAiEw0mCuJK4PLFDKos","d":"a0Z7PVFM1C7jR2JwBiwjg0u9_n4WNC8LOIrQ6bAd4Dg"};
const ECDH1 = {"kty":"EC","x":"tevswjRhfoQYhGcXzgLSyS2AbnpgYwHm4yTmiK9RrdxcHxQaqgE-xrnZRqR2rM_k","y":"tmB3EzjG8tGdIusGhIX2FDR6irhTYjcibTWVczlvrQT8qnYRSqbWpV5qgZRVJ8vs","crv":"P-384","d":"viyaFkJn5xVpMmcY-UvdZNZ8cA9MVkiwdbl6uMhSDSunayLnz8u7OT90-LRuwhRu"};
const ECDH2 = {"kty":"EC","x":"8c7CeO2F5Jp4cruqzKrPdqV1Ex099STeg03Gdg7GlfasVljdHdncxNMFDXPDShEs","y":"-qZ8PsSGvWcqnP_DbrHXOm3puPag1NuqYE2WoT7ZbVv9-Hy9S2YINYR1w36t40np","crv":"P-384","d":"jEPT0DIRK2BeUSgP5ofjOnrvDqr3Sg9t8tnfd63i4KFlAILvdsmNNnreMNei9s3M"};
const X1 = {"kty":"OKP","crv":"X25519","x":"RVs2h4SwkAPRhM2_9lZ22uUDkE3WR4l13TSi1CF1cns","d":"yHvMa8VCmJ_8GS5Ah2mJoSYMe7FH4gd2j9tvea8y7Hs"};
const X2 = {"kty":"OKP","crv":"X25519","x":"pc15z1b6-RM5P2DXd0mYPw182dD9bXuiO_liaelhlHQ","d":"aNVmfoOX560ZCrcQsyDt5ktMK3UTPQ_mM-UQlWUTXEw"};
const RSA = {"kty":"RSA","n":"63WAc-c72XCr4cZ8ap7PL3TrySYEXcfwrTwMyrY2j_byU4XQEZUJpI4jlNAlOv901uH62ntbSJoncRC7h7PQ84HH-bYdHbHE3N-43tEIY3EnBUQx2TwNhzedfQWWyiocwzYLY7cxUBcVXlh-UT8nmomuSxTMsaPlNfVxENp5M_s","e":"AQAB","d":"De3clH64bquYr3mTgKc2cINFM5gZKAcc-NKVmyReY_Pi8Af5gCDF-kMiXbpWiX_1RIUH1wb3JntgG_M2dNexY6lcVMhmBM84c1Y4XGo39DlZEIsXFgNkKy2s5UWnOSxU_Wg5PCGNLISncF5ymrAkST9SE_gxx8FGKHA8F0QV4Lk","p":"9pS32yaV6QaBRrgS49Y_JvcNzZtTbZHjEeqPIJ9tELDAAueEm_VBT7IooW8aR27-GDA8AUhwlDbOMC7tjVIWbw","q":"9HQGDLJwdaj-QJu6Y-TsRqsvxufMoC8CHm5C1t57Tfisr5Cqj22TcgNVBV-QlnXDOqpphRsBRbMttDADMu3hNQ","dp":"lLkOS3fyYyIxRt4vRowqeu33vVM59pRPSLcYrKx7s91nclkBeq9qPQ9Pwk6oov0m9J_jEUMH491Kb3VegiZIsQ","dq":"ID0I6zXBNRMzbMvc2f2_11YON_or91gbvG2oLPQsaM0J4SGADOhTkK610L6Yr-8Z7yu4PNCh61JFDcVjNp0-nQ","qi":"yTitf2SranpArAuu8q8yKqB_nYwvk9HZXXKifOiwlDm67z8_d4D6hMkCasvJvQ6obh_VQgItY9DueopLSW70Uw"};
const { subtle } = crypto;
const utf8 = (text) => new TextEncoder().encode(text);
const publicOf = ({ d, p, q, dp, dq, qi, ...rest }) => rest;
const load1 = (jwk, algorithm, usages) => subtle.importKey('jwk', jwk, algorithm, true, usages);
const count = (n) => Uint8Array.from({ length: n }, (_, index) => index);
`;

function withKeys(snippets: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(snippets).map(([name, body]) => [name, KEYS + body]));
}

describe('digests and MACs', () => {
	sameAsNode(
		withKeys({
			'every digest': `
				const seen = []; for (const name of ['SHA-1', 'sha-256', { name: 'SHA-384' }, 'SHA-512', 'SHA3-256']) seen.push(hex(await subtle.digest(name, utf8('abc'))));
				return [...seen, hex(await subtle.digest('SHA-256', new ArrayBuffer(0))), await tell(subtle.digest('MD5', utf8('x'))), await tell(subtle.digest('SHA-256', 'text'))];`,
			'a digest of more than one message': `return hex(await subtle.digest('SHA-256', new Uint8Array(5_000_000)));`,
			'HMAC is made and checked': `
				const key = await subtle.importKey('raw', utf8('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
				const mac = await subtle.sign('HMAC', key, utf8('data'));
				return [hex(mac), await subtle.verify('HMAC', key, mac, utf8('data')), await subtle.verify('HMAC', key, mac, utf8('other')), await subtle.verify('HMAC', key, mac.slice(1), utf8('data')), key.algorithm, key.type, key.extractable, key.usages, await subtle.exportKey('jwk', key), hex(await subtle.exportKey('raw', key)), String(key)];`,
			'HMAC keys are as long as a block': `
				const seen = []; for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) { const key = await subtle.generateKey({ name: 'HMAC', hash }, true, ['sign']); seen.push(key.algorithm.length, (await subtle.exportKey('raw', key)).byteLength); }
				return seen;`,
		}),
	);
});

describe('ciphers', () => {
	sameAsNode(
		withKeys({
			'AES-GCM': `
				const key = await subtle.importKey('raw', count(32), 'AES-GCM', false, ['encrypt', 'decrypt']);
				const algorithm = { name: 'AES-GCM', iv: count(12), additionalData: utf8('more'), tagLength: 128 };
				const sealed = await subtle.encrypt(algorithm, key, utf8('secret text'));
				const broken = new Uint8Array(sealed.slice()); broken[3] ^= 1;
				return [hex(sealed), new TextDecoder().decode(await subtle.decrypt(algorithm, key, sealed)), await tell(subtle.decrypt(algorithm, key, broken)), await tell(subtle.decrypt({ ...algorithm, additionalData: undefined }, key, sealed)), await tell(subtle.decrypt(algorithm, key, new Uint8Array(3))), await tell(subtle.exportKey('raw', key)), key.algorithm];`,
			'AES-GCM with a short tag and no additional data': `
				const key = await subtle.importKey('raw', count(16), 'AES-GCM', false, ['encrypt', 'decrypt']); const algorithm = { name: 'aes-gcm', iv: count(12), tagLength: 96 };
				const sealed = await subtle.encrypt(algorithm, key, utf8('x'));
				return [hex(sealed), hex(await subtle.decrypt(algorithm, key, sealed)), await tell(subtle.encrypt({ ...algorithm, tagLength: 1 }, key, utf8('x')))];`,
			'AES-CBC': `
				const key = await subtle.importKey('raw', count(24), 'AES-CBC', true, ['encrypt', 'decrypt']); const algorithm = { name: 'AES-CBC', iv: count(16) };
				const sealed = await subtle.encrypt(algorithm, key, utf8('secret text'));
				return [hex(sealed), hex(await subtle.decrypt(algorithm, key, sealed)), await tell(subtle.decrypt(algorithm, key, count(16))), await tell(subtle.encrypt({ name: 'AES-CBC', iv: count(8) }, key, utf8('x'))), await subtle.exportKey('jwk', key)];`,
			'AES-CTR, also where the counter runs over': `
				const key = await subtle.importKey('raw', count(16), 'AES-CTR', false, ['encrypt', 'decrypt']);
				const counter = new Uint8Array(16).fill(255);
				const seen = []; for (const length of [128, 64, 8, 4]) { const sealed = await subtle.encrypt({ name: 'AES-CTR', counter, length }, key, count(50)); seen.push(hex(sealed), hex(await subtle.decrypt({ name: 'AES-CTR', counter, length }, key, sealed))); }
				return [...seen, await tell(subtle.encrypt({ name: 'AES-CTR', counter, length: 1 }, key, count(64)))];`,
			'keys are wrapped': `
				const wrapping = await subtle.importKey('raw', count(16), 'AES-KW', false, ['wrapKey', 'unwrapKey']);
				const key = await subtle.importKey('raw', count(32), 'AES-GCM', true, ['encrypt']);
				const wrapped = await subtle.wrapKey('raw', key, wrapping, 'AES-KW');
				const back = await subtle.unwrapKey('raw', wrapped, wrapping, 'AES-KW', 'AES-GCM', true, ['decrypt']);
				return [hex(wrapped), hex(await subtle.exportKey('raw', back)), back.usages];`,
			'RSA-OAEP': `
				const algorithm = { name: 'RSA-OAEP', hash: 'SHA-1' };
				const open = await load1(publicOf(RSA), algorithm, ['encrypt']); const secret = await load1(RSA, algorithm, ['decrypt']);
				const sealed = await subtle.encrypt({ name: 'RSA-OAEP', label: utf8('l') }, open, utf8('hi'));
				return [sealed.byteLength, new TextDecoder().decode(await subtle.decrypt({ name: 'RSA-OAEP', label: utf8('l') }, secret, sealed)), await tell(subtle.decrypt('RSA-OAEP', secret, sealed)), open.algorithm.modulusLength, [...open.algorithm.publicExponent], open.algorithm.hash];`,
		}),
	);
});

describe('signatures', () => {
	sameAsNode(
		withKeys({
			Ed25519: `
				const secret = await load1(ED, 'Ed25519', ['sign']); const open = await load1(publicOf(ED), 'Ed25519', ['verify']);
				const signature = await subtle.sign('Ed25519', secret, utf8('data'));
				return [hex(signature), await subtle.verify('Ed25519', open, signature, utf8('data')), await subtle.verify('Ed25519', open, signature, utf8('other')), await subtle.verify('Ed25519', open, new Uint8Array(3), utf8('data')), hex(await subtle.exportKey('raw', open)), hex(await subtle.exportKey('pkcs8', secret)), hex(await subtle.exportKey('spki', open))];`,
			ECDSA: `
				const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
				const secret = await load1(EC, algorithm, ['sign']); const open = await load1(publicOf(EC), algorithm, ['verify']);
				const signature = await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, secret, utf8('data'));
				return [signature.byteLength, await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, open, signature, utf8('data')), await subtle.verify({ name: 'ECDSA', hash: 'SHA-384' }, open, signature, utf8('data')), await subtle.exportKey('jwk', open), hex(await subtle.exportKey('raw', open)), hex(await subtle.exportKey('spki', open)), secret.algorithm];`,
			'raw public keys': `
				const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
				const raw = await subtle.exportKey('raw', await load1(publicOf(EC), algorithm, ['verify']));
				const back = await subtle.importKey('raw', raw, algorithm, true, ['verify']);
				return [back.type, back.extractable, await subtle.exportKey('jwk', back), await tell(subtle.importKey('raw', new Uint8Array(10), algorithm, true, ['verify'])), await tell(subtle.importKey('raw', raw, { name: 'ECDSA', namedCurve: 'P-384' }, true, ['verify']))];`,
			'RSA signatures': `
				const seen = [];
				for (const algorithm of [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 0 }]) {
					const secret = await load1(RSA, algorithm, ['sign']); const open = await load1(publicOf(RSA), algorithm, ['verify']);
					const signature = await subtle.sign(algorithm, secret, utf8('data'));
					seen.push(algorithm.name === 'RSA-PSS' ? signature.byteLength : hex(signature), await subtle.verify(algorithm, open, signature, utf8('data')), await subtle.verify(algorithm, open, signature, utf8('no')), (await subtle.exportKey('jwk', open)).alg);
				}
				return seen;`,
			'pairs are made': `
				const seen = [];
				for (const [algorithm, usages] of [[{ name: 'ECDSA', namedCurve: 'P-384' }, ['sign', 'verify']], [{ name: 'Ed25519' }, ['sign', 'verify']], [{ name: 'X25519' }, ['deriveBits']], [{ name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-512' }, ['sign', 'verify']]]) {
					const { publicKey, privateKey } = await subtle.generateKey(algorithm, false, usages);
					seen.push(publicKey.usages, privateKey.usages, publicKey.extractable, privateKey.extractable, publicKey.algorithm.name, Object.keys(privateKey.algorithm).sort());
				}
				const pair = await subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
				return [...seen, await subtle.verify('Ed25519', pair.publicKey, await subtle.sign('Ed25519', pair.privateKey, utf8('x')), utf8('x'))];`,
		}),
	);
});

describe('derived keys', () => {
	sameAsNode(
		withKeys({
			PBKDF2: `
				const key = await subtle.importKey('raw', utf8('password'), 'PBKDF2', false, ['deriveBits', 'deriveKey']); const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8('salt'), iterations: 1000 };
				const derived = await subtle.deriveKey(algorithm, key, { name: 'AES-GCM', length: 256 }, true, ['encrypt']);
				return [hex(await subtle.deriveBits(algorithm, key, 256)), hex(await subtle.exportKey('raw', derived)), await tell(subtle.deriveBits(algorithm, key, 9)), await tell(subtle.deriveBits({ ...algorithm, iterations: 0 }, key, 8)), await tell(subtle.deriveBits(algorithm, key, null))];`,
			HKDF: `
				const key = await subtle.importKey('raw', utf8('secret'), 'HKDF', false, ['deriveBits']);
				return [hex(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-512', salt: utf8('salt'), info: utf8('info') }, key, 512)), await tell(subtle.importKey('raw', utf8('x'), 'HKDF', true, ['deriveBits']))];`,
			'ECDH and X25519 agree': `
				const ecdh = { name: 'ECDH', namedCurve: 'P-384' };
				const first = await subtle.deriveBits({ name: 'ECDH', public: await load1(publicOf(ECDH2), ecdh, []) }, await load1(ECDH1, ecdh, ['deriveBits']), 384);
				const second = await subtle.deriveBits({ name: 'ECDH', public: await load1(publicOf(ECDH1), ecdh, []) }, await load1(ECDH2, ecdh, ['deriveBits']), null);
				const third = await subtle.deriveBits({ name: 'X25519', public: await load1(publicOf(X2), 'X25519', []) }, await load1(X1, 'X25519', ['deriveBits']), 256);
				return [hex(first), hex(second) === hex(first), hex(third)];`,
		}),
	);
});

describe('what is refused', () => {
	sameAsNode(
		withKeys({
			'wrong uses': `
				const hmac = await subtle.importKey('raw', utf8('k'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
				return [await tell(subtle.verify('HMAC', hmac, utf8('x'), utf8('x'))), await tell(subtle.encrypt({ name: 'AES-GCM', iv: count(12) }, hmac, utf8('x'))), await tell(subtle.sign('nothing', hmac, utf8('x'))), await tell(subtle.sign('HMAC', {}, utf8('x'))), await tell(() => new CryptoKey()), await tell(() => new SubtleCrypto())];`,
			'wrong keys': `
				return [await tell(subtle.importKey('raw', count(5), 'AES-GCM', true, ['encrypt'])), await tell(subtle.importKey('raw', count(16), 'AES-GCM', true, ['sign'])), await tell(subtle.importKey('raw', count(16), 'AES-GCM', true, [])), await tell(subtle.importKey('spki', count(16), 'Ed25519', true, ['verify'])), await tell(subtle.importKey('jwk', { kty: 'oct' }, 'AES-GCM', true, ['encrypt'])), await tell(subtle.importKey('x', count(1), 'AES-GCM', true, ['encrypt'])), await tell(subtle.generateKey({ name: 'AES-GCM', length: 7 }, true, ['encrypt'])), await tell(subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-1' }, true, ['sign'])), await tell(subtle.generateKey('Ed25519', true, [])), await tell(load1(ED, { name: 'ECDSA', namedCurve: 'P-256' }, ['sign']))];`,
		}),
	);
});
