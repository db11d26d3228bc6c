import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { VisitChange } from '../../functions/core/update-board.ts';
import type { Visit } from '../../functions/data/visit.ts';

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** One record of the Callers' stream (NEW_AND_OLD_IMAGES): created without `before`, deleted without `after`. */
export const aStreamRecord = ({ before, after }: VisitChange, sequenceNumber: string): DynamoDBRecord => {
  const { clinicId = '', callerId = '' } = after ?? before ?? {};
  return {
    eventID: sequenceNumber,
    eventName: after ? (before ? 'MODIFY' : 'INSERT') : 'REMOVE',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: { clinicId: { S: clinicId }, callerId: { S: callerId } },
      SequenceNumber: sequenceNumber,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ...(before && { OldImage: imageOf(before) }),
      ...(after && { NewImage: imageOf(after) }),
    },
  };
};

// A visit holds texts, numbers, booleans, maps, lists and sets of text: all of them are the same in both type packages.
const imageOf = (visit: Visit): Image => marshall(visit, { removeUndefinedValues: true }) as Image;
