/** The face: fanatic and fanctl. */
module io.fanatic.cli {
    requires io.fanatic.harness;
    requires static transitive org.jspecify;
    requires info.picocli;
    requires com.google.gson;
    requires jdk.httpserver;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires org.jline;
}
