// A role as a chip: keystone, the wire's word, and a tone.
import type { Role } from '../wire/cluster';
import { roleWords } from '../words/role';
import { Glyph, Keystone } from './Glyph';

export function RoleChip({ role }: { readonly role: Role }) {
  const { tone } = roleWords(role);
  const mark = tone === 'ok' ? <Keystone role={role} /> : <Glyph tone={tone} />;
  return (
    <span className={`chip tone-${tone}`}>
      {mark}
      <span className="mono">{role}</span>
    </span>
  );
}
