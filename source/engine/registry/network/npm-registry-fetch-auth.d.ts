// The package ships no types of this file. Only what `credentials.ts` uses is declared.
declare module 'npm-registry-fetch/lib/auth.js' {
	type Auth = { readonly token: string | null; readonly auth: string | null; readonly cert?: string | null; readonly key?: string | null };
	export default function getAuth(url: string, options: object): Auth;
}
