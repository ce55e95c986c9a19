export { addPerson, addRoot, listPeople, listRoots, pinBuilder, removePerson, removeRoot, unpinBuilder } from './believed-people.ts';
export { checkPolicy, signPolicyFile } from './check-policy.ts';
export { auditTrust, diffTrust, explainTrust } from './explain-trust.ts';
export { importStatements } from './import-statements.ts';
export { review, revokeStatement, vouch } from './make-statement.ts';
export { ownSigningKey } from './signing-key.ts';
export { keptBundles } from './statement-store.ts';
