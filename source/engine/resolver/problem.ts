/** Something in a resolution that its manifests do not allow. */
export type Problem = {
	readonly code: 'root' | 'edge' | 'peer' | 'context' | 'policy' | 'platform' | 'shape';
	/** The instance or root it was found at. */
	readonly at: string;
	/** One sentence with the two values. */
	readonly text: string;
};
