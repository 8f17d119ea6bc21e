/**
 * What is written down before an engine is changed, so that it can be put back: one file for each change, under {@code
 * /var/lib/fanatic/engines}, on disk before the change is made.
 */
@NullMarked
package io.fanatic.cli.container.journal;

import org.jspecify.annotations.NullMarked;
