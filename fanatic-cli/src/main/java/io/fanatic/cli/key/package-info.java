/** {@code fanatic key}: makes what encrypted fans need. */
@NullMarked
package io.fanatic.cli.key;

import org.jspecify.annotations.NullMarked;
