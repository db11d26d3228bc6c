import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

/** Each would say who ran it. */
const image = (who: string) => `<img src=x onerror="document.title='${who} ran'">`;
const script = (who: string) => `</script><script>document.title='${who} ran'</script>`;

/** Nothing of it became an element, and none of it ran. What a window reports as an error, refusals of its policy too, fails the test by itself. */
const expectOnlyText = async (page: Page) => {
  expect(await page.locator('img, script:not([src]), iframe, [onerror]').count()).toBe(0);
  expect(await page.title()).not.toMatch(/ran$/);
};

describe('Markup that is stored', () => {
  it('is text on the waiting page and on the dashboard, wherever it stands', async () => {
    const scene = await Scene.open({
      guestMessages: true,
      name: image('clinic'),
      expectationText: script('expectation'),
      entryFields: [{ key: image('key').slice(0, 40), label: script('label'), required: false }],
    });
    const name = `Sue ${image('name')}`;
    const sue = await scene.aVisitorOfTheWaitingPage(name);
    await sue.page.getByText(image('clinic')).first().waitFor();
    await sue.page.getByLabel(script('label')).fill(script('detail'));
    await expectOnlyText(sue.page);
    await sue.checkIn();
    await sue.page.getByText(script('expectation')).first().waitFor();
    await sue.say(image('message'));
    await expectOnlyText(sue.page);

    const ada = await scene.aStaffWindow();
    await ada.page.getByText(image('clinic')).first().waitFor();
    await ada.sees(name);
    await ada.seesInRow(name, image('message'));
    await expectOnlyText(ada.page);
    await ada.choose(name, ada.t('details'));
    await ada.dialog.getByText(script('detail')).waitFor();
    await expectOnlyText(ada.page);
    await ada.closeDialog();
    const conversation = await ada.converse(name);
    await conversation.say(script('answer'));
    await expectOnlyText(ada.page);
    await sue.shows(image('message'), script('answer'));
    await expectOnlyText(sue.page);
    await conversation.close();
    await ada.page.getByRole('button', { name: ada.t('settings') }).click();
    await eventually(async () => expect(await ada.dialog.locator('textarea').first().inputValue()).toBe(script('expectation')));
    await expectOnlyText(ada.page);
  });

  it('in an address is text on the page that signs in', async () => {
    const scene = await Scene.open();
    const visitor = await scene.aVisitorOfTheDashboard();
    const request = new URLSearchParams({ redirect_uri: scene.dashboardUrl, state: `"${script('state')}`, [`"${script('name')}`]: '' });
    await visitor.page.goto(`${scene.clinic.endpoints.issuer}/authorize?${request}`);
    await visitor.page.getByRole('heading').first().waitFor();
    await expectOnlyText(visitor.page);
  });
});
