import { Switch } from 'react-aria-components/Switch';

interface SwitchLineProps {
  readonly label: string;
  /** The whole name, where the label alone is that of several switches. */
  readonly 'aria-label'?: string;
  readonly hint?: string;
  readonly isSelected: boolean;
  readonly isDisabled?: boolean;
  onChange(isSelected: boolean): void;
}

/** A switch with its words; the position of the knob says it besides the colour. */
export const SwitchLine = ({ label, hint, ...state }: SwitchLineProps) => (
  <Switch className="switch" {...state}>
    <span className="switch-words">
      {label}
      {hint && <span className="quiet">{hint}</span>}
    </span>
    <span className="switch-track" aria-hidden="true">
      <span className="switch-knob" />
    </span>
  </Switch>
);
