import { createApp } from '../lib/app.ts';
import { checkRules } from '../lib/check-rules.ts';

checkRules(createApp());
