/** Names that people type often and that others imitate. A plain list of facts; a name more or less changes no verdict, only a hint. */
export const POPULAR_NAMES: readonly string[] = `
@angular/core @aws-sdk/client-s3 @babel/core @babel/parser @babel/preset-env @babel/runtime @eslint/js @fastify/cors @grpc/grpc-js @nestjs/common
@nestjs/core @octokit/rest @playwright/test @prisma/client @react-native/metro-config @reduxjs/toolkit @rollup/plugin-commonjs @sentry/node
@storybook/react @sveltejs/kit @swc/core @tanstack/react-query @testing-library/react @types/express @types/jest @types/lodash @types/node
@types/react @types/react-dom @typescript-eslint/parser @vitejs/plugin-react @vue/compiler-sfc abbrev accepts acorn acorn-walk agent-base ajv
ajv-formats ansi-colors ansi-regex ansi-styles anymatch apollo-server archiver arg argparse array-flatten async autoprefixer aws-sdk axios
babel-core babel-jest babel-loader bcrypt bcryptjs bignumber.js binary-extensions bluebird body-parser bootstrap boxen brace-expansion
browserslist bson bull bunyan busboy cacache camelcase caniuse-lite chai chalk cheerio chokidar chownr ci-info classnames clean-css cli-progress
cli-table3 cli-width cliui clsx color color-convert color-name colorette colors combined-stream commander compression concat-map concurrently
connect consola content-type cookie cookie-parser core-js cors cosmiconfig coveralls cross-env cross-fetch cross-spawn crypto-js css-loader
css-tree csstype csv-parse cypress d3 date-fns dayjs debug deep-equal deepmerge del delayed-stream depd detect-libc diff discord.js dompurify
dot-prop dotenv dotenv-expand ejs electron electron-builder email-validator enquirer enzyme es-module-lexer esbuild escape-html
escape-string-regexp escodegen eslint eslint-config-airbnb eslint-config-next eslint-config-prettier eslint-plugin-import eslint-plugin-react
eslint-scope espree esprima esquery estraverse esutils ethers event-stream eventemitter3 events execa expect express express-session
express-validator extend fast-check fast-deep-equal fast-glob fast-json-stable-stringify fast-xml-parser fastify fastq file-loader file-type
finalhandler find-up firebase firebase-admin flat flat-cache flatted follow-redirects forever form-data formidable framer-motion fs-extra
function-bind gatsby get-stream glob glob-parent globals globby google-auth-library got graceful-fs graphql graphql-tag grunt gulp handlebars
has-flag hasown helmet highlight.js hoek hosted-git-info html-entities html-webpack-plugin http-errors http-proxy http-proxy-agent
http-proxy-middleware https-proxy-agent husky i18next iconv-lite ieee754 ignore immer immutable import-fresh inflight inherits ini ink inquirer
ioredis ipaddr.js is-arrayish is-glob is-number is-plain-object is-promise is-stream isarray isexe isolated-vm jest jest-environment-jsdom jest-mock
jimp joi jose jquery js-base64 js-cookie js-tokens js-yaml jsdom json-schema json-schema-traverse json5 jsonc-parser jsonfile jsonwebtoken jszip karma
keyv kleur knex knip koa koa-router left-pad lerna less leven levn lightningcss lint-staged lit loader-utils lodash lodash-es lodash.debounce lodash.merge
log4js log-symbols loglevel long lru-cache luxon magic-string make-dir make-fetch-happen markdown-it marked mathjs md5 memfs meow merge2 method-override
micromatch mime mime-db mime-types mimic-fn minimatch minimist minipass mkdirp mobx mocha moment moment-timezone mongodb mongoose morgan ms mssql multer
mustache mysql mysql2 nan nanoid natural-compare nconf neo-async next next-auth nock node-cron node-fetch node-gyp node-gyp-build node-ipc
node-notifier node-sass node-uuid nodemailer nodemon nopt normalize-path npm npm-package-arg npm-registry-fetch nuxt nyc object-assign
object-inspect on-finished once onetime open openai openpgp opn optionator ora p-limit p-locate p-map p-queue pacote pako parcel parse-json
parseurl passport passport-jwt passport-local path-exists path-key path-to-regexp path-parse pdf-lib pdfkit pg pg-promise phantomjs picocolors
picomatch pify pino pino-pretty pkg-dir playwright plop pm2 postcss postcss-loader prelude-ls prettier pretty-format prisma process
process-nextick-args progress prompts prop-types protobufjs proxy-addr proxy-agent proxy-from-env puppeteer puppeteer-core qrcode qs query-string
ramda range-parser raw-body rc react react-dom react-hook-form react-icons react-is react-native react-redux react-router react-router-dom
react-scripts read-pkg readable-stream readdirp recast redis redux redux-thunk reflect-metadata regenerator-runtime remark request
request-promise require-directory resolve resolve-from restify rimraf rollup rollup-plugin-terser run-parallel rxjs safe-buffer safer-buffer
sanitize-html sass sass-loader sax schema-utils selenium-webdriver semantic-release semver send sequelize serialize-javascript serve serve-static
setprototypeof sharp shebang-command shelljs shortid signal-exit sigstore sinon slash slice-ansi slugify socket.io socket.io-client socks
solid-js source-map source-map-js source-map-support split2 sprintf-js sqlite3 ssh2 stack-utils statuses storybook string-width strip-ansi strip-bom
strip-json-comments stripe strnum style-loader styled-components stylelint stylus sugar superagent supertest supports-color svelte svgo swr
systeminformation tailwindcss tape tar telegraf terser terser-webpack-plugin three through through2 tinybench tinyglobby tmp toidentifier
tough-cookie ts-jest ts-loader ts-node tslib tslint tsup tsx tunnel-agent turbo tweetnacl twilio type-check type-fest type-is typeorm typescript
ua-parser-js uglify-js ulid underscore undici undici-types universalify unpipe unzipper update-notifier uri-js url-loader urllib use-sync-external-store
util-deprecate uuid valibot validate-npm-package-name validator vary viem vite vitest vue vue-router vuex web-streams-polyfill web-vitals web3 webpack
webpack-cli webpack-dev-server which winston word-wrap workbox-build wrap-ansi wrappy write-file-atomic ws xlsx xml2js xmlbuilder xmldom xtend y18n
yallist yaml yargs yargs-parser yauzl yeoman-generator yup zod zustand zx
`
	.trim()
	.split(/\s+/);
