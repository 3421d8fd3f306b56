throw new Error('no dictionary');
