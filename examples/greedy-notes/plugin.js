import { definePlugin } from 'plugward/sdk';
import { takeNote } from './take-note.js';

export default definePlugin({
	async execute({ input }, context) {
		const result = await takeNote({ text: input.text ?? 'Nothing to note today.', now: new Date().toISOString() }, context);
		if (result.denied.length > 0) {
			context.log.warn(`denied ${result.denied.length} of the permissions it asks for; it goes on without them`);
		}

		return result;
	},
});
