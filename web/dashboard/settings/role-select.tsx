import { Button } from 'react-aria-components/Button';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import type { Role } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { ChevronIcon } from '../ui/icons.tsx';
import { Tick } from '../ui/tick.tsx';

const roles = ['member', 'administrator'] as const satisfies Role[];

export const RoleSelect = ({ label, role, onChange }: { label: string; role: Role; onChange(role: Role): void }) => {
  const { t } = useTranslation();
  const words = { member: t('role.member'), administrator: t('role.administrator') };
  return (
    <Select className="select" aria-label={label} value={role} onChange={(key) => onChange(roles.find((one) => one === key) ?? role)}>
      <Button className="button button-select">
        <SelectValue />
        <ChevronIcon />
      </Button>
      <Popover className="popover">
        <ListBox className="menu">
          {roles.map((one) => (
            <ListBoxItem key={one} id={one} className="menu-item" textValue={words[one]}>
              <Tick />
              {words[one]}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
};
