import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Archive, startArchive } from '../../src/demo/index.js';
import { dicomDate } from '../../src/dicom/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { smallBundle } from '../model/bundles.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

const DASHBOARD = 'docs/monitoring/grafana-dashboard.json';
const RULES = 'docs/monitoring/alerts.yaml';
const RULE_TESTS = 'test/admin/alertRules.yaml';

/** Names of metrics in expressions, as a service answers them: a histogram's are of its parts. */
function metricsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\b(?:mamori|process)_[a-z_]+[a-z]\b/g)].map(([name]) => name!))];
}

/** Every name that an answer of /metrics knows. */
function metricsAnswered(text: string): Set<string> {
  const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${name}${end}`) : name!,
  );
  return new Set(names);
}

interface Dashboard {
  templating: { list: { query: string | { query: string } }[] };
  panels: { title: string; targets: { expr: string }[] }[];
}

describe('what is delivered for Prometheus and Grafana', function () {
  this.timeout(120_000);
  let archive: Archive;
  let service: ChildProcess;
  let metrics = '';

  // `mamori run` as it is, on an archive with one exam.
  before(async () => {
    archive = await startArchive();
    for (const { bytes } of makeExam({
      seed: 'metrics',
      rows: 320,
      columns: 256,
      date: dicomDate(new Date()),
    }))
      archive.add(bytes);
    const folder = scratchFolder('metrics');
    const file = join(folder, 'mamori.yaml');
    const { directory } = await smallBundle();
    writeFileSync(
      file,
      `pacs: { url: ${JSON.stringify(archive.url)} }
model: { bundle: ${JSON.stringify(directory)}, engine: onnxruntime, device: cpu }
ledger: { url: "sqlite:${folder}/mamori.db" }
admin: { listen: "127.0.0.1:0" }
log: { format: json }
`,
    );
    service = spawn(process.execPath, ['dist/src/cli/main.js', 'run', '-c', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const url = await statusPage(service);
    for (;;) {
      metrics = await (await fetch(new URL('metrics', url))).text();
      // The first look for alarms may come later than the first exam.
      if (/_count\{stage="whole"\} 1\n/.test(metrics) && /^mamori_disk_free_bytes\{/m.test(metrics)) break;
      await sleep(500);
    }
  });
  after(async () => {
    if (service?.exitCode === null) {
      service.kill('SIGTERM');
      await once(service, 'exit');
    }
    await archive?.close();
  });

  it('the dashboard and the rules name no metric that a running service does not answer', () => {
    const answered = metricsAnswered(metrics);
    const { panels, templating } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
    const asked = metricsIn(
      [...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)), JSON.stringify(templating)].join(
        '\n',
      ),
    );
    const rules = metricsIn(readFileSync(RULES, 'utf8'));
    expect(asked.length).to.be.greaterThan(15);
    expect(rules.length).to.be.greaterThan(10);
    expect([...asked, ...rules].filter((name) => !answered.has(name))).to.deep.equal([]);
  });

  it('the labels that they choose by are there', () => {
    const text = `${readFileSync(DASHBOARD, 'utf8').replaceAll('\\"', '"')}${readFileSync(RULES, 'utf8')}`;
    for (const [, stage] of text.matchAll(/stage="(\w+)"/g)) expect(metrics).to.contain(`stage="${stage}"`);
    for (const [, answer] of text.matchAll(/answer="([a-z-]+)"/g))
      expect(metrics).to.contain(`answer="${answer}"`);
    for (const [, result] of text.matchAll(/result="(\w+)"/g))
      expect(metrics).to.contain(`result="${result}"`);
  });

  it('the breasts of an exam that came through are counted by their answers, without a number or a name', () => {
    const counted = [...metrics.matchAll(/^mamori_breasts_total\{answer="([a-z-]+)"\} (\d+)$/gm)];
    expect(counted.map(([, answer]) => answer)).to.deep.equal(['at-or-above', 'below', 'not-analysed']);
    expect(counted.reduce((sum, [, , count]) => sum + Number(count), 0)).to.equal(2);
    expect(metrics.match(/^mamori_breasts.*$/gm)).to.have.length(3);
  });

  it('an exam that came through has every stage, and they are the whole together', () => {
    const sums = [...metrics.matchAll(/^mamori_exam_stage_seconds_sum\{stage="(\w+)"\} (\S+)$/gm)].map(
      ([, stage, sum]) => [stage!, Number(sum)] as const,
    );
    const { whole, ...stages } = Object.fromEntries(sums);
    expect(Object.keys(stages)).to.have.members([
      ...['fetch', 'prepare', 'network', 'explain', 'draw', 'report', 'keep', 'store', 'readBack'],
    ]);
    for (const [stage, seconds] of Object.entries(stages)) expect(seconds, stage).to.be.at.least(0);
    const sum = Object.values(stages).reduce((all, one) => all + one, 0);
    expect(sum).to.be.within(0.8 * whole!, whole!);
  });

  it('promtool finds nothing wrong with the rules and the metrics, and the rules fire where they should', function () {
    needs(this, 'promtool');
    const promtool = (args: string[], input?: string) =>
      execFileSync('promtool', args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], input });
    expect(promtool(['check', 'rules', RULES])).to.match(/SUCCESS: 13 rules found/);
    expect(promtool(['test', 'rules', RULE_TESTS])).to.match(/SUCCESS/);
    expect(promtool(['check', 'metrics'], metrics)).to.equal('');
  });

  it('every rule has a test that it fires, and one that it does not', () => {
    const tests = readFileSync(RULE_TESTS, 'utf8');
    for (const [, alert] of readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)) {
      expect(tests, alert).to.match(new RegExp(`eval_time: 3h, alertname: ${alert} }`));
      expect(tests.split('- name:').slice(2).join(), alert).to.contain(alert);
    }
  });
});

async function statusPage(child: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of child.stderr!) {
    said += String(chunk);
    const url = /"url":"([^"]+)","msg":"Status page"/.exec(said)?.[1];
    if (url !== undefined) {
      child.stderr!.resume();
      return url;
    }
  }
  throw new Error(`mamori run ended: ${said}`);
}
