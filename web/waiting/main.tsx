import { createRoot } from 'react-dom/client';
import '../shared/theme.css';
import '../shared/icons.css';
import './page.css';
import { chooseLanguage } from '../shared/i18n.tsx';
import { App } from './app.tsx';
import { clinicIdIn } from './clinic-id.ts';
import { Sound } from './sound.ts';
import { VisitStorage } from './stored-visit.ts';
import { translate } from './translation.ts';
import { findPlace } from './use-place.ts';

const page = document.getElementById('page');
if (!page) throw new Error('waiting/index.html has no #page');

const clinicId = clinicIdIn(location.pathname);
const storage = clinicId === undefined ? undefined : new VisitStorage(clinicId);
const firstPlace = findPlace(clinicId);
const translation = await translate(chooseLanguage([storage?.visit?.language, ...navigator.languages]));
createRoot(page).render(
  <App clinicId={clinicId} storage={storage} firstPlace={firstPlace} sound={new Sound()} firstTranslation={translation} />,
);
