/**
 * HTTP with JSON over a unix socket, as the container engines speak it. Start at {@link
 * io.fanatic.cli.container.http.UnixHttp}.
 *
 * <p>Nothing that comes back is trusted: answers have a largest size and a deadline, JSON is read strictly, and whatever is
 * wrong is one sentence.
 */
@NullMarked
package io.fanatic.cli.container.http;

import org.jspecify.annotations.NullMarked;
