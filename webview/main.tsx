// The entry point of the page: renders each view that the host sends into the same place, so that unchanged
// parts keep their focus and scroll position.

import { redactReport } from '../src/core/check/redactReport';
import { render } from 'preact';
import { VMSA_SIZE } from '../src/core/vmsa/layout/layout';
import type { View } from '../src/protocol/pages';
import { ComparisonView } from './vmsa/comparisonView';
import { registerControls } from './controls';
import { spokenExplanation } from './launch/explainWords';
import { onShow, send } from './host';
import { iconsReady } from './parts/icons';
import { IdBlockView } from './idBlock/idBlockView';
import { ImagesView } from './ovmf/imagesView';
import { NoticeView } from './parts/noticeView';
import { installPanes } from './parts/panes';
import { OvmfView, spokenReading } from './ovmf/ovmfView';
import { ReportView } from './launch/reportView';
import { ReferencesView, spokenProgress } from './references/referencesView';
import { SnpReportsView } from './report/reportsView';
import { SnpReportView } from './report/snpReportView';
import { spokenVerdict } from './report/verdictView';
import { RunningView } from './launch/runningView';
import { VmsaView } from './vmsa/vmsaView';

/**
 * What a screen reader announces: how far an image is read; of a check its stage, then its verdict, then the cause.
 * Everything else is read on demand.
 */
function spoken(view: View): string {
  if (view.kind === 'running') return view.stage;
  if (view.kind === 'notice') return view.title;
  if (view.kind === 'ovmf') return spokenReading(view);
  if (view.kind === 'references') return spokenProgress(view);
  if (view.kind === 'snpReport') return spokenVerdict(view);
  if (view.kind !== 'report') return '';
  // The verdict was announced already, and a search does not change it.
  if (view.explanation) return spokenExplanation(view.explanation);
  // Nobody listens to the digits of a chip, which the page may mask.
  const { verdict, summary } = redactReport(view.report);
  return [verdict, summary, view.injectionError ?? ''].join('. ');
}

function Page({ view }: { view: View }) {
  switch (view.kind) {
    case 'vmsa':
    case 'comparison':
      // The host sends whole pages; a short one would have no fields to show.
      if (view.bytes.length < VMSA_SIZE) {
        const text = `A VMSA page has ${VMSA_SIZE} bytes, this one ${view.bytes.length}.`;
        return <NoticeView title={`${view.name} is not a VMSA page`} text={text} actions={[]} />;
      }
      return view.kind === 'vmsa' ? <VmsaView view={view} /> : <ComparisonView view={view} />;
    case 'ovmf':
      return <OvmfView view={view} />;
    case 'images':
      return <ImagesView view={view} />;
    case 'report':
      return <ReportView view={view} />;
    case 'references':
      return <ReferencesView view={view} />;
    case 'snpReport':
      return <SnpReportView view={view} />;
    case 'snpReports':
      return <SnpReportsView view={view} />;
    case 'idBlock':
      return <IdBlockView view={view} />;
    case 'running':
      return <RunningView view={view} />;
    case 'notice':
      return <NoticeView title={view.title} text={view.text} actions={view.actions} />;
    default:
      return view satisfies never;
  }
}

const root = document.getElementById('root') ?? document.body;
registerControls();
installPanes(root);
// The font loads while the host reads the file.
const icons = iconsReady();
let latest: View | undefined;
let isDrawn = false;
onShow((view) => {
  latest = view;
  void icons.then(() => {
    // Of the views that arrived meanwhile, only the latest is drawn.
    if (latest !== view) return;
    render(
      <>
        <Page view={view} />
        <div class="visually-hidden" aria-live="polite">
          {spoken(view)}
        </div>
      </>,
      root,
    );
    // After the frame that shows it.
    if (!isDrawn) requestAnimationFrame(() => setTimeout(() => send({ type: 'drawn' })));
    isDrawn = true;
  });
});
