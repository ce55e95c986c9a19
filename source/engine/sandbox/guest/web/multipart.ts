import { crypto } from '../crypto.ts';
import { encodeUtf8, latin1 } from '../encoding.ts';
import { decodeUtf8 } from '../text-decoder.ts';
import { blobBytes, concatenate, File } from './blob.ts';
import { FormData } from './form-data.ts';

const LINE_END = '\r\n';

/** A form as the body of a request. */
export function encodeForm(form: FormData): { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string } {
	const boundary = `----formdata-plugward-${crypto.randomUUID().replaceAll('-', '')}`;
	const parts: Uint8Array[] = [];
	for (const [name, value] of form) {
		const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name.replaceAll(/\r\n?|\n/g, LINE_END))}"`;
		if (typeof value === 'string') {
			parts.push(encodeUtf8(`${head}\r\n\r\n${value.replaceAll(/\r\n?|\n/g, LINE_END)}\r\n`));
		} else {
			const type = value.type === '' ? 'application/octet-stream' : value.type;
			parts.push(
				encodeUtf8(`${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`),
				blobBytes(value),
				encodeUtf8(LINE_END),
			);
		}
	}

	parts.push(encodeUtf8(`--${boundary}--\r\n`));
	return { bytes: concatenate(parts), type: `multipart/form-data; boundary=${boundary}` };
}

/** The form in a body. Throws TypeError when it is none. */
export function decodeForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): FormData {
	const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
	const mark = boundary?.[1] ?? boundary?.[2];
	if (mark === undefined) {
		throw new TypeError('The body is a form without a boundary.');
	}

	// One character for each byte: positions in the text are positions in the bytes.
	const text = latin1(bytes);
	const form = new FormData();
	let at = text.startsWith(`--${mark}`) ? 0 : text.indexOf(`\r\n--${mark}`) + 2;
	for (;;) {
		if (!text.startsWith(`--${mark}`, at)) {
			throw new TypeError('The body is no form: a boundary is missing.');
		}

		at += mark.length + 2;
		if (text.startsWith('--', at)) {
			return form;
		}

		const headEnd = text.indexOf('\r\n\r\n', at);
		const end = text.indexOf(`\r\n--${mark}`, headEnd);
		if (headEnd === -1 || end === -1) {
			throw new TypeError('The body is no form: a part has no end.');
		}

		addPart(form, decodeUtf8(bytes.subarray(at, headEnd)), bytes.slice(headEnd + 4, end));
		at = end + 2;
	}
}

function addPart(form: FormData, head: string, bytes: Uint8Array<ArrayBuffer>): void {
	const disposition = /^content-disposition:\s*form-data(;.*)$/im.exec(head)?.[1] ?? '';
	const name = /;\s*name="([^"]*)"/.exec(disposition)?.[1];
	if (name === undefined) {
		throw new TypeError('The body is no form: a part has no name.');
	}

	const filename = /;\s*filename="([^"]*)"/.exec(disposition)?.[1];
	if (filename === undefined) {
		form.append(unescapeName(name), decodeUtf8(bytes));
	} else {
		const type = /^content-type:\s*(.*?)\s*$/im.exec(head)?.[1] ?? 'text/plain';
		form.append(unescapeName(name), new File([bytes], unescapeName(filename), { type }));
	}
}

function escapeName(name: string): string {
	return name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
}

function unescapeName(name: string): string {
	return name.replaceAll(/%0a/gi, '\n').replaceAll(/%0d/gi, '\r').replaceAll('%22', '"');
}
