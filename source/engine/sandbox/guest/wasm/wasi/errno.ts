/** Numbers of WASI preview 1, of the errors that happen here. */
export const ERRNO = {
	SUCCESS: 0,
	EACCES: 2,
	EBADF: 8,
	EEXIST: 20,
	EFAULT: 21,
	EFBIG: 22,
	EILSEQ: 25,
	EINVAL: 28,
	EIO: 29,
	EISDIR: 31,
	ELOOP: 32,
	ENAMETOOLONG: 37,
	ENOENT: 44,
	ENOSYS: 52,
	ENOTDIR: 54,
	ENOTEMPTY: 55,
	ENOTSUP: 58,
	EPERM: 63,
	EROFS: 69,
	ESPIPE: 70,
	ENOTCAPABLE: 76,
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** An error that the module is told by its number. */
export class WasiError extends Error {
	readonly errno: number;

	constructor(name: ErrnoName) {
		super(name);
		this.errno = ERRNO[name];
	}
}

/** The number for whatever was thrown; what is no error of a file or of a pointer is thrown on. */
export function errnoOf(error: unknown): number {
	if (error instanceof WasiError) {
		return error.errno;
	}

	// A pointer outside of the memory.
	if (error instanceof RangeError) {
		return ERRNO.EFAULT;
	}

	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (Object.hasOwn(ERRNO, code)) {
		return ERRNO[code as ErrnoName];
	}

	if (code === '') {
		throw error;
	}

	return ERRNO.EIO;
}
