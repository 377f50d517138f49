#!/bin/bash
# Says what the configuration says, once a second. A reader never sees half of it.
. "./$1"
while true; do
  echo "$GREETING from $NAME" > greeted.new && mv greeted.new greeted
  sleep 1
done
