import { TagResourceCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

const tag = (TagKey: string) => ({ TagKey, TagValue: 'x' });

export const TagResource = table(
  'TagResource',
  TagResourceCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, Tags: [{ TagKey: 'a', TagValue: '' }] }),
  refuses: {
    TagException: [
      {
        when: 'a duplicate tag key',
        input: (_stage, KeyId) => ({ KeyId, Tags: [tag('a'), tag('a')] }),
        text: 'Duplicate tag keys',
      },
      {
        when: 'a tag key reserved for AWS',
        input: (_stage, KeyId) => ({ KeyId, Tags: [tag('AWS:a')] }),
        text: 'Tags beginning with aws: are reserved',
      },
      {
        when: 'too many tags',
        input: (_stage, KeyId) => ({
          KeyId,
          Tags: Array.from({ length: 51 }, (_, at) => tag(`a${at}`)),
        }),
        text: 'Too many tags',
      },
    ],
    ValidationException: {
      input: (_stage, KeyId) => ({ KeyId, Tags: [tag('a'), tag('')] }),
      text: "1 validation error detected: Value '' at 'tags.2.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
    },
  },
  unreachable: {
    LimitExceededException: 'too many tags give a TagException, as recorded from AWS',
  },
});
