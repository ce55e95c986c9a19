export type PackageSet = { readonly name: string; readonly specs: readonly string[] };

export const SETS: readonly PackageSet[] = [
	{ name: 'eslint', specs: ['eslint@9', 'prettier'] },
	{ name: 'jest', specs: ['@babel/core@7', 'jest@29'] },
	{ name: 'medium', specs: ['eslint', 'typescript-eslint', 'prettier', 'typescript@6'] },
	{
		name: 'large',
		specs: [
			'next',
			'react',
			'react-dom',
			'typescript@6',
			'@types/node',
			'@types/react',
			'@types/react-dom',
			'eslint@9',
			'eslint-config-next',
			'tailwindcss',
		],
	},
];
