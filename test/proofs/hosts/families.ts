import { randomNumbers } from '../../helpers/universe.ts';

/** A package that others plug into, older majors of it, and plugins that follow its majors. */
type Family = { readonly host: string; readonly pins: readonly string[]; readonly plugins: readonly string[] };

export type HostSet = { readonly name: string; readonly roots: Readonly<Record<string, string>> };

const FAMILIES: readonly Family[] = [
	{
		host: 'eslint',
		pins: ['^7.0.0', '^8.0.0', '^9.0.0'],
		plugins: [
			'eslint-plugin-import',
			'eslint-plugin-react',
			'eslint-plugin-react-hooks',
			'eslint-plugin-jsx-a11y',
			'eslint-plugin-vue',
			'eslint-plugin-unicorn',
			'eslint-plugin-n',
			'eslint-plugin-promise',
			'eslint-config-prettier',
			'eslint-plugin-jsdoc',
			'@typescript-eslint/eslint-plugin',
			'@typescript-eslint/parser',
			'eslint-config-airbnb',
			'eslint-config-standard',
			'eslint-plugin-testing-library',
			'eslint-plugin-sonarjs',
		],
	},
	{
		host: 'webpack',
		pins: ['^4.0.0', '^4.0.0', '^3.0.0'],
		plugins: [
			'webpack-cli',
			'webpack-dev-server',
			'html-webpack-plugin',
			'mini-css-extract-plugin',
			'css-loader',
			'style-loader',
			'sass-loader',
			'less-loader',
			'postcss-loader',
			'babel-loader',
			'ts-loader',
			'file-loader',
			'url-loader',
			'terser-webpack-plugin',
			'copy-webpack-plugin',
			'compression-webpack-plugin',
		],
	},
	{
		host: '@babel/core',
		pins: ['^7.0.0', '~7.12.0', '~7.4.0'],
		plugins: [
			'@babel/preset-env',
			'@babel/preset-react',
			'@babel/preset-typescript',
			'@babel/plugin-transform-runtime',
			'@babel/plugin-proposal-decorators',
			'@babel/cli',
			'@babel/eslint-parser',
			'@babel/register',
			'babel-loader',
			'babel-plugin-styled-components',
			'babel-jest',
		],
	},
	{
		host: 'rollup',
		pins: ['^1.20.0', '^2.0.0', '^3.0.0'],
		plugins: [
			'@rollup/plugin-node-resolve',
			'@rollup/plugin-commonjs',
			'@rollup/plugin-json',
			'@rollup/plugin-typescript',
			'@rollup/plugin-babel',
			'@rollup/plugin-terser',
			'@rollup/plugin-replace',
			'@rollup/plugin-alias',
			'rollup-plugin-dts',
			'rollup-plugin-visualizer',
			'rollup-plugin-esbuild',
			'rollup-plugin-typescript2',
			'rollup-plugin-copy',
		],
	},
	{
		host: 'vite',
		pins: ['^3.0.0', '^4.0.0', '^5.0.0', '^6.0.0'],
		plugins: [
			'@vitejs/plugin-react',
			'@vitejs/plugin-vue',
			'@vitejs/plugin-legacy',
			'@sveltejs/vite-plugin-svelte',
			'vite-plugin-svgr',
			'vite-plugin-dts',
			'vite-tsconfig-paths',
			'vite-plugin-checker',
			'vite-plugin-inspect',
			'vitest',
		],
	},
	{
		host: 'react',
		pins: ['^16.8.0', '^17.0.0', '^18.0.0'],
		plugins: [
			'react-dom',
			'@testing-library/react',
			'react-router-dom',
			'@mui/material',
			'styled-components',
			'react-redux',
			'@tanstack/react-query',
			'framer-motion',
			'react-hook-form',
			'react-select',
			'react-beautiful-dnd',
			'@emotion/react',
			'@emotion/styled',
			'formik',
			'react-test-renderer',
			'enzyme-adapter-react-16',
		],
	},
	{
		host: 'jest',
		pins: ['^26.0.0', '^27.0.0', '^28.0.0', '^29.0.0'],
		plugins: [
			'ts-jest',
			'babel-jest',
			'jest-environment-jsdom',
			'jest-watch-typeahead',
			'jest-extended',
			'@swc/jest',
			'jest-junit',
			'jest-image-snapshot',
			'jest-styled-components',
			'eslint-plugin-jest',
			'jest-circus',
		],
	},
];

const SETS_PER_FAMILY = 4;

/** The same sets for the same seed: a host pinned to an older major, and four to seven plugins of any version. */
export function hostSets(seed: number): HostSet[] {
	const random = randomNumbers(seed);
	return FAMILIES.flatMap(({ host, pins, plugins }) =>
		Array.from({ length: SETS_PER_FAMILY }, (_, i): HostSet => {
			const pin = pins[(i + random(pins.length)) % pins.length] ?? '';
			const left = [...plugins];
			const chosen = Array.from({ length: 4 + random(4) }, () => left.splice(random(left.length), 1)[0] ?? '');
			const name = `${host} ${pin} #${i + 1}`;
			return { name, roots: { [host]: pin, ...Object.fromEntries(chosen.sort().map((plugin) => [plugin, '*'])) } };
		}),
	);
}
