package io.fanatic.cli.container.http;

import io.netty.channel.ChannelPipeline;
import java.util.concurrent.CompletableFuture;

/** What collects an answer from a channel. */
interface Answer {

    /** Whose answer to what. */
    String what();

    /** Adds its handlers behind the HTTP codec. */
    void addTo(ChannelPipeline pipeline);

    CompletableFuture<HttpAnswer> result();

    default void fail(Throwable cause) {
        result().completeExceptionally(cause);
    }
}
