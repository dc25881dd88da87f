import { type Channel, type NotifyError, testMessage } from '../../../notify/index.js';
import { messageOrigin, openChannels } from '../../messageChannels.js';
import { type Check, failure, ok } from '../types.js';

/** Would people be told when something needs them? */
export const messages: Check = {
  name: 'notify',
  needs: [],
  run: async ({ settings, notify }) => {
    const channels = openChannels(settings);
    // Something else may watch over it.
    if (channels.length === 0)
      return ok('nobody is told of trouble: neither notify.email nor notify.webhook is set');
    // Mail alone may reach some and others not.
    let shortfall: NotifyError | undefined;
    try {
      for (const channel of channels) {
        if (notify) {
          const missed = await channel.send(testMessage(messageOrigin(settings), Date.now()));
          shortfall = shortfall ?? missed;
        } else await channel.check();
      }
    } finally {
      await Promise.all(channels.map((channel) => channel.close()));
    }
    if (shortfall !== undefined) return failure(shortfall.message, shortfall.remedy ?? '');
    const names = channels.map(nameOf).join(' and ');
    return ok(
      notify ? `a test message was taken by ${names}` : `${names} can be reached; --notify sends a message`,
    );
  },
};

const nameOf = ({ name }: Channel) => (name === 'email' ? 'the mail server' : "the webhook's receiver");
