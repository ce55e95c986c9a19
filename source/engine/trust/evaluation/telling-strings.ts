import type { Sign } from '../../scan.ts';

type Telling = { readonly sign: Sign; readonly detail: string };

/** Places where people keep secrets, as they are written in paths. */
const SECRET_PATHS: readonly RegExp[] = [
	/(?:^|[\\/~])\.ssh(?:[\\/]|$)/,
	/(?:^|[\\/])id_(?:rsa|ed25519|ecdsa|dsa)$/,
	/(?:^|[\\/])\.npmrc$/,
	/(?:^|[\\/])\.yarnrc(?:\.yml)?$/,
	/(?:^|[\\/~])\.aws(?:[\\/]|$)/,
	/(?:^|[\\/~])\.(?:netrc|pypirc|pgpass|git-credentials)$/,
	/(?:^|[\\/~])\.docker[\\/]config\.json$/,
	/(?:^|[\\/~])\.kube(?:[\\/]config|$)/,
	/(?:^|[\\/~])\.gnupg(?:[\\/]|$)/,
	/(?:^|[\\/])\.config[\\/](?:gcloud|gh|solana)(?:[\\/]|$)/,
	/(?:^|[\\/])\.azure(?:[\\/]|$)/,
	/^\/etc\/(?:passwd|shadow|sudoers)$/,
	/(?:^|[\\/])\.(?:bash|zsh)_history$/,
	/(?:^|[\\/])(?:Login Data|Local State|Local Extension Settings|cookies\.sqlite|key4\.db|logins\.json|wallet\.dat|keychain-db)$/i,
	/Library\/Keychains/,
];
const MAY_BE_SECRET_PATH = /[.\\/]|id_|Login|Local|cookies|wallet|keychain/i;

const SECRET_ENV =
	/^(?:NPM_(?:AUTH_)?TOKEN|NODE_AUTH_TOKEN|GH_TOKEN|GITHUB_TOKEN|GITLAB_TOKEN|CI_JOB_TOKEN|AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN)|AZURE_CLIENT_SECRET|GOOGLE_APPLICATION_CREDENTIALS|DOCKER_(?:AUTH_CONFIG|PASSWORD)|VAULT_TOKEN|ACTIONS_ID_TOKEN_REQUEST_(?:TOKEN|URL)|ACTIONS_RUNTIME_TOKEN|SSH_AUTH_SOCK|STRIPE_SECRET_KEY|(?:OPENAI|ANTHROPIC)_API_KEY|HEROKU_API_KEY|PYPI_TOKEN|TWINE_PASSWORD)$/;

/** What every terminal program asks for; nobody learns anything from it. */
const HARMLESS_ENV =
	/^(?:NODE_ENV|NODE_DEBUG|NODE_TEST_CONTEXT|DEBUG(?:_.*)?|NO_COLOR|FORCE_COLOR|CLICOLOR(?:_FORCE)?|COLORTERM|TERM(?:_PROGRAM(?:_VERSION)?|INAL_EMULATOR)?|TEAMCITY_VERSION|TF_BUILD|AGENT_NAME|WT_SESSION|CI(?:_NAME)?|CONTINUOUS_INTEGRATION|TRAVIS|CIRCLECI|APPVEYOR|GITLAB_CI|GITHUB_ACTIONS|GITEA_ACTIONS|BUILDKITE|DRONE|COLUMNS|LINES|TZ|LANG|LC_[A-Z]+|LANGUAGE|TMPDIR|TMP|TEMP|PATH|PATHEXT|PWD|BROWSER|OSTYPE|READABLE_STREAM|JEST_WORKER_ID|VITEST|npm_config_(?:user_agent|loglevel))$/i;

export function isHarmlessVariable(name: string): boolean {
	return HARMLESS_ENV.test(name);
}

export function isSecretVariable(name: string): boolean {
	return SECRET_ENV.test(name);
}

/** What a constant text gives away by itself. */
export function tellingString(text: string): Telling | null {
	if (text.length > 300 || text.length < 4) {
		return null;
	}

	if (MAY_BE_SECRET_PATH.test(text) && SECRET_PATHS.some((pattern) => pattern.test(text))) {
		return { sign: 'secret-path', detail: text };
	}

	if (/\/-\/(?:npm\/v1\/tokens|user\/org\.couchdb\.user:|whoami)/.test(text) || /_authToken=?$/.test(text)) {
		return { sign: 'secret-path', detail: text };
	}

	return null;
}

const RUNNERS = /^(?:exec|spawn|execFile|fork|execa|execaCommand|\$|shell|run)(?:Sync|Async)?$/;

/** True for calls that start a program, judged by the name they are called by. */
export function startsProgram(calleeName: string | null): boolean {
	return calleeName !== null && RUNNERS.test(calleeName);
}

/** `npm publish` and what leads to it, as words given to a program starter. */
export function isPublishCommand(words: readonly string[]): boolean {
	return /\b(?:npm|pnpm|yarn|bun)(?:\.cmd)?\s+(?:--?[\w-]+(?:[= ]\S+)?\s+)*(?:publish|token\s+create|owner\s+add|dist-tag\s+add)\b/.test(
		words.join(' '),
	);
}
