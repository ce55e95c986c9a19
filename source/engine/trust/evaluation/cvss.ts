type Weights = Readonly<Record<string, number>>;

const ATTACK_VECTOR: Weights = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 };
const COMPLEXITY: Weights = { L: 0.77, H: 0.44 };
const PRIVILEGES: Weights = { N: 0.85, L: 0.62, H: 0.27 };
const PRIVILEGES_CHANGED: Weights = { N: 0.85, L: 0.68, H: 0.5 };
const INTERACTION: Weights = { N: 0.85, R: 0.62 };
const IMPACT: Weights = { H: 0.56, L: 0.22, N: 0 };

/** The base score of a CVSS 3.0 or 3.1 vector (specification 3.1, section 7.1), or null for a vector that is none or of another version. */
export function cvssBaseScore(vector: string): number | null {
	const [version, ...parts] = vector.trim().split('/');
	if (version !== 'CVSS:3.0' && version !== 'CVSS:3.1') {
		return null;
	}

	const metrics = new Map(parts.map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf(':') + 1)]));
	const isChanged = metrics.get('S') === 'C';
	const weigh = (metric: string, weights: Weights): number => {
		const value = metrics.get(metric) ?? '';
		return Object.hasOwn(weights, value) ? (weights[value] ?? Number.NaN) : Number.NaN;
	};
	const exploitability =
		8.22 *
		weigh('AV', ATTACK_VECTOR) *
		weigh('AC', COMPLEXITY) *
		weigh('PR', isChanged ? PRIVILEGES_CHANGED : PRIVILEGES) *
		weigh('UI', INTERACTION);
	const kept = ['C', 'I', 'A'].reduce((product, metric) => product * (1 - weigh(metric, IMPACT)), 1);
	const loss = 1 - kept;
	const impact = isChanged ? 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15 : 6.42 * loss;
	if (Number.isNaN(exploitability + impact) || !(isChanged || metrics.get('S') === 'U')) {
		return null;
	}

	return impact <= 0 ? 0 : roundUp(Math.min((isChanged ? 1.08 : 1) * (impact + exploitability), 10));
}

/** The word for a score, as advisories of npm use it; null for a score of nothing. */
export function severityWord(score: number): 'low' | 'moderate' | 'high' | 'critical' | null {
	if (score >= 9) {
		return 'critical';
	}

	if (score >= 7) {
		return 'high';
	}

	return score >= 4 ? 'moderate' : score > 0 ? 'low' : null;
}

// To one digit, upwards; in integers, because 8.6 is a little more than 8.6 in binary.
function roundUp(value: number): number {
	const whole = Math.round(value * 100_000);
	return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
