import type { EpochReport, TrainingEvents } from '../training/index.js';

/** What a training says on its way. */
export function trainingProgress(stream: NodeJS.WriteStream): TrainingEvents {
  const epoch = ({ epoch, trainingLoss, validation, seconds, secondsLeft }: EpochReport) => {
    const validated =
      validation && `, on validation ${validation.loss.toFixed(3)}, AUC ${validation.auc.toFixed(3)}`;
    stream.write(
      `epoch ${epoch}: loss ${trainingLoss.toFixed(3)}${validated ?? ''}; ` +
        `${clock(seconds)}, at most ${clock(secondsLeft)} left\n`,
    );
  };
  const prepared = (done: number, of: number) => {
    if (stream.isTTY && (done === of || done % 20 === 0))
      stream.write(`\r  ${done} of ${of}${done === of ? '\n' : ''}`);
  };
  return { stage: (what) => stream.write(`${what}\n`), prepared, epoch };
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
