import { choiceValues, column, members } from './mapping-parts.ts';

/** Only rows whose choice column has one of some values, or none of them, count. */
export const onlySchema = members({ column, in: choiceValues.optional(), notIn: choiceValues.optional() })
  .superRefine(({ in: values, notIn }, context) => {
    if (values === undefined && notIn === undefined)
      context.addIssue({
        code: 'custom',
        path: ['in'],
        message: 'a list of whole numbers, or notIn such a list',
      });
    if (values !== undefined && notIn !== undefined)
      context.addIssue({ code: 'custom', path: ['notIn'], message: 'left out, because "in" says all' });
  })
  .transform(({ column: name, in: values, notIn }) =>
    values ? { column: name, in: values } : { column: name, notIn: notIn ?? [] },
  )
  .optional();
