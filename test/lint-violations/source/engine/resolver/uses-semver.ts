import semver from 'semver';

export const library = semver;
