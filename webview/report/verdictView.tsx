// Whether a report is true: the verdict in a line, the chain as a picture, and every step with its reason.

import { countOf } from '../../src/core/binary/hex';
import { OUTCOME_WORDS, type StepOutcome, type TitledStep } from '../../src/core/launch/checkSteps';
import { addressesText } from '../../src/core/report/kdsUrl';
import type { ShownStep, ShownVerification, SnpReportState } from '../../src/protocol/snpReport';
import { useSaved } from '../host';
import { CopyButton, Disclosure, Icon } from '../parts/widgets';
import { ChainView } from './chainPicture';
import { Steps } from './stepList';

/** As many steps as a line names. */
const MOST_NAMED = 3;

function titles(steps: readonly ShownStep[]): string {
  const named = steps.slice(0, steps.length > MOST_NAMED + 1 ? MOST_NAMED : undefined);
  const more = steps.length - named.length;
  return `${named.map(({ title }) => `“${title}”`).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The verdict: what it is, and what it rests on. */
export function verdictOf({ verified, steps, product }: ShownVerification): {
  readonly words: string;
  readonly more: string;
  readonly icon: string;
  readonly style: string;
} {
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  if (verified)
    return {
      words: 'Verified',
      more: `as a report of ${product ?? 'an AMD processor'}, up to a trusted root`,
      icon: 'verified-filled',
      style: 'severity-ok',
    };
  if (failed.length > 0)
    return {
      words: 'Not verified',
      more: `failed: ${titles(failed)}`,
      icon: 'error',
      style: 'severity-error',
    };
  const open = steps.filter(({ outcome, required }) => required && outcome === 'not-checked');
  return {
    words: 'Not verified',
    more: `could not be checked: ${titles(open)}`,
    icon: 'warning',
    style: 'severity-warning',
  };
}

/** What a screen reader says when the verdict is known. */
export function spokenVerdict({ verification, unverified }: SnpReportState): string {
  if (unverified !== undefined) return unverified;
  if (!verification) return 'The report is being verified.';
  const { words, more } = verdictOf(verification);
  return `${words}, ${more}`;
}

/** Which steps ended how: `11 passed, 1 failed, 2 not checked`. */
function tally(steps: readonly ShownStep[]): string {
  const of = (wanted: StepOutcome) => steps.filter(({ outcome }) => outcome === wanted).length;
  return (Object.keys(OUTCOME_WORDS) as StepOutcome[])
    .map((outcome) => ({ count: of(outcome), words: OUTCOME_WORDS[outcome] }))
    .filter(({ count }) => count > 0)
    .map(({ count, words }) => `${count} ${words}`)
    .join(', ');
}

/** Where AMD has a certificate that is missing. Its address has the chip in it. */
function MissingVcek({ urls, isMasked }: { urls: readonly string[]; isMasked: boolean }) {
  if (urls.length === 0) return null;
  return (
    <div class="report-missing">
      <p>
        The certificate of the chip (VCEK) is neither in the file nor beside it. Nothing is fetched. AMD has
        it at
      </p>
      {urls.map((url) => (
        <p class="report-url" key={url}>
          {isMasked ? (
            'an address with the identifier of the chip, which is masked.'
          ) : (
            <>
              <code>{url}</code> <CopyButton text={url} what="address of the VCEK" label="address" />
            </>
          )}
        </p>
      ))}
      <p>Save it as vcek.der in the folder of this file, and it is used.</p>
    </div>
  );
}

/** The verdict with what it rests on. @param mask makes a step fit to be shown to others @param said what the findings of the page say */
export function VerdictView(props: {
  view: SnpReportState;
  isMasked: boolean;
  mask: ((step: TitledStep) => TitledStep) | undefined;
  said: readonly string[];
}) {
  const { view, isMasked, mask, said } = props;
  const { verification, unverified } = view;
  const [open, setOpen] = useSaved<'auto' | 'open' | 'closed'>('snpReport.steps', 'auto');
  if (!verification)
    return (
      <p class="summary" role="status">
        <Icon
          name={unverified === undefined ? 'sync' : 'warning'}
          class={unverified === undefined ? '' : 'severity-warning'}
        />{' '}
        {unverified ?? 'Being verified…'}
      </p>
    );
  const { steps, picture, remarks, verified, at, urls } = verification;
  const { words, more, icon, style } = verdictOf(verification);
  // What is in order needs no reading.
  const isOpen = open === 'auto' ? !verified : open === 'open';
  return (
    <>
      <p class="report-verdict" data-verified={verified}>
        <Icon name={icon} class={style} /> <strong>{words}</strong>
        <span class="report-verdict-more">
          , {more}. Certificates were checked at {new Date(at).toISOString().slice(0, 10)}.
        </span>{' '}
        <Disclosure
          label={`${countOf(steps.length, 'step')}: ${tally(steps)}`}
          open={isOpen}
          onChange={(now) => setOpen(now ? 'open' : 'closed')}
        />
      </p>
      {/* The addresses stand below, with what to do with them. */}
      {isOpen && (
        <Steps
          steps={steps.map((one) => ({ ...one, reason: one.reason.replace(` ${addressesText(urls)}`, '') }))}
          label="Steps of the verification"
          {...(mask && { mask })}
        />
      )}
      <ChainView picture={picture} />
      <MissingVcek urls={urls} isMasked={isMasked} />
      {remarks
        .filter((remark) => !said.includes(remark))
        .map((remark) => (
          <p class="report-remark" key={remark}>
            <Icon name="warning" class="severity-warning" /> <span>{remark}</span>
          </p>
        ))}
    </>
  );
}
