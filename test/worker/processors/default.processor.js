/** The shortest form that a processor module may have. */
export default (requests) => requests.map((request) => request + 1);
