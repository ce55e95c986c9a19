const HOSTS: Readonly<Record<string, string>> = { github: 'github.com', gitlab: 'gitlab.com', bitbucket: 'bitbucket.org' };
// On these hosts owner and repository names differ by more than case; elsewhere a server may tell case apart.
const CASELESS_HOSTS = new Set(['github.com', 'gitlab.com', 'bitbucket.org']);

/**
 * One spelling for the many that package.json allows: `https://host/path` without `.git`, user, branch or subfolder. Null when the text
 * names no repository on a host.
 */
export function normalizeRepository(text: string): string | null {
	const trimmed = text.trim();
	const short = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)(?:#.*)?$/.exec(trimmed);
	if (short?.[2] !== undefined) {
		return build(HOSTS[short[1] ?? 'github'] ?? '', short[2]);
	}

	const scp = /^(?:(?:git\+)?ssh:\/\/)?[\w.-]+@([\w.-]+):(?!\d+\/)([^#?]+)/.exec(trimmed);
	if (scp?.[1] !== undefined && scp[2] !== undefined) {
		return build(scp[1], scp[2]);
	}

	const hasScheme = /^[\w+.-]+:/.test(trimmed);
	const url = URL.parse(hasScheme ? trimmed.replace(/^git\+/, '') : `https://${trimmed}`);
	return url === null || url.host === '' ? null : build(url.host, url.pathname);
}

/** The repository that a package.json names, as it is written there; null when it names none. */
export function repositoryOf(packageJson: unknown): string | null {
	if (typeof packageJson !== 'object' || packageJson === null || !('repository' in packageJson)) {
		return null;
	}

	const { repository } = packageJson;
	if (typeof repository === 'string') {
		return repository === '' ? null : repository;
	}

	const isObject = typeof repository === 'object' && repository !== null && 'url' in repository;
	return isObject && typeof repository.url === 'string' && repository.url !== '' ? repository.url : null;
}

function build(host: string, path: string): string | null {
	const lowerHost = host.toLowerCase().replace(/^www\./, '');
	let segments = path.split('/').filter((segment) => segment !== '');
	if (lowerHost === 'github.com' || lowerHost === 'bitbucket.org') {
		segments = segments.slice(0, 2);
	} else {
		const rest = segments.indexOf('-');
		segments = rest === -1 ? segments : segments.slice(0, rest);
	}

	if (segments.length < 2) {
		return null;
	}

	const joined = segments.join('/').replace(/\.git$/, '');
	return `https://${lowerHost}/${CASELESS_HOSTS.has(lowerHost) ? joined.toLowerCase() : joined}`;
}
