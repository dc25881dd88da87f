/** One line of the learning curve. */
export interface EpochReport {
  epoch: number;
  /** At the end of the epoch. */
  learningRate: number;
  trainingLoss: number;
  /** Of the averaged weights; after epochs that end with a validation. */
  validation?: { loss: number; auc: number };
  seconds: number;
  /** Seconds until the last epoch, if nothing stops it before. */
  secondsLeft: number;
}

/** Its file, of each network from 0. */
export function curveFile(network: number): string {
  return network === 0 ? 'learning-curve.csv' : `learning-curve-${network + 1}.csv`;
}

/** The learning curve as CSV; validation columns are empty after epochs without validation. */
export function learningCurve(epochs: EpochReport[]): string {
  const number = (value: number | undefined) => value?.toFixed(4) ?? '';
  const lines = epochs.map(({ epoch, learningRate, trainingLoss, validation, seconds }) =>
    [
      epoch,
      learningRate.toPrecision(3),
      number(trainingLoss),
      number(validation?.loss),
      number(validation?.auc),
      Math.round(seconds),
    ].join(','),
  );
  return ['epoch,learning_rate,training_loss,validation_loss,validation_auc,seconds', ...lines, ''].join(
    '\n',
  );
}
