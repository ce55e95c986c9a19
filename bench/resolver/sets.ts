export type RootSet = {
	readonly name: string;
	/** Package name -> version, range or tag. */ readonly roots: Readonly<Record<string, string>>;
};

const HUGE =
	'express fastify koa hono @nestjs/core @nestjs/common @nestjs/platform-express reflect-metadata rxjs graphql@16 @apollo/server ' +
	'@apollo/client axios got undici ws socket.io react react-dom react-router-dom @reduxjs/toolkit react-redux @tanstack/react-query next vue ' +
	'vue-router pinia svelte vite vitest webpack webpack-cli webpack-dev-server rollup esbuild @babel/core @babel/preset-env jest eslint@9 ' +
	'typescript-eslint typescript@5 prettier stylelint mocha chai sinon puppeteer storybook @storybook/react-vite tailwindcss postcss ' +
	'autoprefixer sass less lodash date-fns uuid zod ajv yargs chalk inquirer execa ink mongoose pg mysql2 typeorm prisma ioredis@5 winston ' +
	'pino dotenv jsonwebtoken sharp @aws-sdk/client-s3 firebase electron nx lint-staged';

/** Every package without a version is asked for as `latest`. Each set can be solved without breaking a peer. */
export const SETS: readonly RootSet[] = [
	{ name: 'medium', roots: rootsOf('eslint typescript-eslint prettier vitest typescript@6') },
	{ name: 'large', roots: rootsOf('next react react-dom storybook @storybook/nextjs') },
	{ name: 'huge', roots: rootsOf(HUGE) },
];

function rootsOf(list: string): Record<string, string> {
	return Object.fromEntries(
		list.split(' ').map((spec) => {
			const at = spec.lastIndexOf('@');
			return at > 0 ? [spec.slice(0, at), spec.slice(at + 1)] : [spec, 'latest'];
		}),
	);
}
