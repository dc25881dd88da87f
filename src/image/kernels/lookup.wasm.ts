// Made from lookup.as by scripts/build-kernels.mjs; do not edit.
export default [
  'AGFzbQEAAAABBwFgA39/fwADAgEABQMBAAAHEwIGbG9va1VwAAAGbWVtb3J5AgAKhgEBgwEBAX4gACABQQF0aiEBA0AgACABSQRA',
  'IAAgAiAAKQMAIgNC//8Dg6dBAXRqLwEAOwEAIAAgAiADQhCIQv//A4OnQQF0ai8BADsBAiAAIAIgA0IgiEL//wODp0EBdGovAQA7',
  'AQQgACACIANCMIinQQF0ai8BADsBBiAAQQhqIQAMAQsLCw==',
].join('');
